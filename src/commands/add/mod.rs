//! `vendors add URL`: finds out how a page publishes, shows what it understood, and proposes the vendor's file and the
//! line of the inventory. It writes nothing without a yes.

mod inventory_line;
mod known;
mod proposal;
mod report;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use url::Url;

use self::inventory_line::Line;
use self::proposal::Proposal;
use self::write::Edit;
use super::load::{self, Folders, Loaded};
use super::setup::Sound;
use super::{check, cli};
use crate::config::value::{has_credentials, is_surely_private};
use crate::model::format::Format;
use crate::model::id::{SourceId, VendorId};
use crate::model::inventory::{On, Selector, Without};
use crate::model::snapshot::{ComponentRef, Look};
use crate::model::text;
use crate::model::vendor::{Source, Vendor};
use crate::normalize::detect::Found;
use crate::pipeline::detect::{Came, detect};
use crate::pipeline::look::{self, Memory};
use crate::scheduler::network::Network;

/// What is to be added.
#[derive(Debug, Clone, Args)]
pub struct Add {
    /// The vendor's status page, as a browser shows it. A feed or a JSON document of its will do as well.
    url: String,
    /// The vendor's name for people, where the page does not say it well.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The name of its folder: lower-case letters, digits and '-'. Without it, what the page's address says.
    #[arg(long, value_name = "ID", value_parser = VendorId::parse)]
    id: Option<VendorId>,
    /// The folder in which the vendor's own is made. Without it, the one of --sources.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// A service of config/inventory.toml that needs this vendor: its line is proposed too.
    #[arg(long, value_name = "SERVICE")]
    depend: Option<String>,
    /// The components that the service needs, with * and ?. Without them, the vendor as a whole.
    #[arg(long, value_name = "NAME", num_args = 1.., requires = "depend")]
    components: Vec<String>,
    /// The regions that it needs, with * and ?.
    #[arg(long, value_name = "NAME", num_args = 1.., requires = "depend")]
    regions: Vec<String>,
    /// What happens to the service without the vendor.
    #[arg(long, value_name = "WORD", default_value = "stops", requires = "depend")]
    without: Happens,
    /// Write without asking.
    #[arg(long)]
    yes: bool,
}

/// What happens to a service, as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Happens {
    /// The service stops.
    Stops,
    /// It goes on, worse.
    Degrades,
}

/// What a run has to do with.
struct Errand<'a> {
    add: &'a Add,
    folders: &'a Folders,
    loaded: Loaded,
    network: Network,
    runtime: tokio::runtime::Runtime,
}

/// Adds a vendor. The exit code is 1 where nothing was found, or nothing was written.
///
/// # Errors
/// An address that is none, files that cannot be read or written, a service or a component that is not there.
pub fn run(folders: &Folders, add: &Add) -> Result<ExitCode> {
    let page = address(&add.url)?;
    let loaded = load::load(folders)?;
    let Some(sound) = as_far_as_sound(&loaded) else {
        check::print(&loaded.problems);
        return Ok(ExitCode::from(cli::BAD_CONFIGURATION));
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let errand = Errand { add, folders, network: sound.network()?, loaded, runtime };
    let done = errand.run(&page);
    errand.runtime.shutdown_background();
    done
}

/// For asking a page, the settings must be right. What is wrong elsewhere may be that this vendor is not there yet.
fn as_far_as_sound(loaded: &Loaded) -> Option<Sound> {
    Some(Sound {
        settings: loaded.settings.clone()?,
        inventory: loaded.inventory.clone().unwrap_or_default(),
        subscriptions: loaded.subscriptions.clone().unwrap_or_default(),
        vendors: loaded.good_vendors(),
        catalogue: Arc::clone(&loaded.catalogue),
        wording: loaded.wording.clone(),
    })
}

/// The address that was meant: people leave https:// out.
fn address(typed: &str) -> Result<Url> {
    let typed = typed.trim();
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let mut url = Url::parse(&whole).with_context(|| format!("{typed:?} is no address; write https://status.…"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        bail!("{typed:?} is no address of a page; write https://status.…");
    }
    if has_credentials(&url) {
        bail!("a password does not belong into this address: what it leads to is written into a file");
    }
    if url.scheme() == "http" && !is_surely_private(&url) {
        // Over http anybody on the way can answer; a vendor's file refuses it.
        say!("{url} is asked by https instead.");
        let _ = url.set_scheme("https");
    }
    url.set_fragment(None);
    Ok(url)
}

impl Errand<'_> {
    fn run(&self, page: &Url) -> Result<ExitCode> {
        if let Some(line) = self.add.depend.as_deref() {
            self.must_have_service(line)?;
        }
        let vendors: Vec<Vendor> = self.loaded.catalogue.all().map(|(_, vendor)| vendor).collect();
        if let Some(vendor) = self.add.id.as_ref().and_then(|id| known::by_id(&vendors, id)) {
            return self.point_at(vendor, &format!("There is a vendor {} already", vendor.id));
        }
        if let Some(vendor) = known::by_address(&vendors, page) {
            let why = format!("{} is known already", page.host_str().unwrap_or_default());
            return self.point_at(vendor, &why);
        }
        match self.detected(page)? {
            Came::Nothing(nothing) => {
                report::nothing(page, &nothing);
                Ok(ExitCode::FAILURE)
            }
            Came::Found(found) => self.propose(&vendors, page, &found),
        }
    }

    fn detected(&self, page: &Url) -> Result<Came> {
        say!("Asking {page} how it publishes …");
        let asker = Source::at(SourceId::parse("added/page")?, Format::Auto, Some(page.clone()));
        Ok(self.runtime.block_on(detect(&self.network, &asker, page, Timestamp::now())))
    }

    fn must_have_service(&self, service: &str) -> Result<()> {
        let Some(inventory) = &self.loaded.inventory else {
            check::print(&self.loaded.problems);
            bail!("the inventory has mistakes; correct them first, then say --depend {service} again");
        };
        if inventory.services.iter().any(|known| known.id.as_str() == service) {
            return Ok(());
        }
        let known: Vec<&str> = inventory.services.iter().map(|known| known.id.as_str()).collect();
        bail!("the inventory has no service {service}; it has: {}", known.join(", "))
    }

    /// What is known is pointed at; the line of the inventory may be wanted all the same.
    fn point_at(&self, vendor: &Vendor, why: &str) -> Result<ExitCode> {
        report::known(vendor, why);
        let left_open = vendor.sources.iter().filter_map(|source| source.auto.as_ref());
        for page in left_open.map(|auto| &auto.page) {
            match self.detected(page)? {
                Came::Found(found) => report::found(page, &found),
                Came::Nothing(nothing) => report::nothing(page, &nothing),
            }
        }
        let Some(service) = &self.add.depend else {
            report::dependable(&vendor.id, self.loaded.inventory.as_ref());
            return Ok(ExitCode::SUCCESS);
        };
        let listed = if self.add.components.is_empty() && self.add.regions.is_empty() {
            Vec::new()
        } else {
            self.components_of(vendor)
        };
        let line = self.line(&vendor.id, &listed)?;
        let edit = Edit::of_inventory(&self.folders.config, service, &line)?;
        self.write(&vendor.id, vec![edit])
    }

    /// What the vendor's sources list, as far as they can be read now.
    fn components_of(&self, vendor: &Vendor) -> Vec<ComponentRef> {
        let mut listed = Vec::new();
        for source in vendor.sources.iter().filter(|source| source.is_polled()) {
            if let Look::Snapshot(snapshot) = self.look(source).look {
                listed.extend(snapshot.components.into_iter().map(|seen| seen.component));
            }
        }
        listed
    }

    fn look(&self, source: &Source) -> look::Looked {
        self.runtime.block_on(look::look(&self.network, source, &Memory::default(), Timestamp::now()))
    }

    fn propose(&self, vendors: &[Vendor], page: &Url, found: &Found) -> Result<ExitCode> {
        report::found(page, found);
        if let Some(vendor) = known::by_address(vendors, &found.url) {
            return self.point_at(vendor, &format!("{} is known already", found.url));
        }
        let (id, name) = self.called(page, found)?;
        if let Some(vendor) = known::by_id(vendors, &id) {
            let why = format!("There is a vendor {id} already; if this is another one, say --id");
            return self.point_at(vendor, &why);
        }
        let mute = vendors.iter().find(|vendor| vendor.id == id);
        let proposal = Proposal::of(found, (id.clone(), name), mute, Timestamp::now());
        let source = self.checked(&proposal)?;
        let looked = self.look(&source);
        report::understood(&looked, found);
        let mut edits = vec![Edit::of_vendor(&self.into(), &proposal)?];
        if let Some(service) = &self.add.depend {
            let seen = found.snapshot.components.iter().map(|seen| seen.component.clone()).collect::<Vec<_>>();
            edits.push(Edit::of_inventory(&self.folders.config, service, &self.line(&id, &seen)?)?);
        }
        self.write(&id, edits)
    }

    fn into(&self) -> PathBuf {
        self.add.into.clone().unwrap_or_else(|| self.folders.sources.clone())
    }

    /// Id and name: as they were given, else as the page has them.
    fn called(&self, page: &Url, found: &Found) -> Result<(VendorId, String)> {
        let given = self.add.name.as_deref().map(text::title).filter(|name| !name.is_empty());
        let name = given
            .or_else(|| proposal::name_of(&found.page))
            .context("nothing on the page says whose it is; say --name and --id")?;
        let id = self.add.id.clone().or_else(|| proposal::id_of(page, &name));
        Ok((id.context("no id follows from the page's address or name; say --id")?, name))
    }

    /// The source of the proposed file, read as Bellwether will read it: what would be refused is not written.
    fn checked(&self, proposal: &Proposal) -> Result<Source> {
        let parsed = crate::config::vendor::parse(proposal.id.as_str(), "the proposed file", &proposal.text);
        let vendor = parsed.value.filter(|_| parsed.problems.is_empty());
        vendor.and_then(|vendor| vendor.sources.into_iter().next()).with_context(|| {
            let told: Vec<String> = parsed.problems.iter().map(ToString::to_string).collect();
            format!("what was found cannot be written as a vendor's file: {}", told.join("; "))
        })
    }

    /// The line of the inventory. A component that the vendor does not list would pick nothing for ever.
    fn line(&self, vendor: &VendorId, listed: &[ComponentRef]) -> Result<Line> {
        for name in &self.add.components {
            let one = Selector { components: vec![name.clone()], ..Selector::whole(vendor.clone()) };
            if !listed.is_empty() && !listed.iter().any(|component| one.picks(component)) {
                bail!("{vendor} lists no component {name:?}; {}", report::near(name, listed));
            }
        }
        let without = match self.add.without {
            Happens::Stops => Without::Stops,
            Happens::Degrades => Without::Degrades,
        };
        let (components, regions) = (self.add.components.clone(), self.add.regions.clone());
        let line = Line { vendor: vendor.clone(), components, regions, without };
        report::doubt(&line, listed);
        Ok(line)
    }

    /// Shows what is to be written, asks, writes, and says what is next.
    fn write(&self, id: &VendorId, edits: Vec<Edit>) -> Result<ExitCode> {
        let is_elsewhere = self.into() != self.folders.sources;
        if is_elsewhere && self.add.depend.is_some() {
            bail!(
                "the inventory can name only vendors of the folder that is read, {}: leave --into out, or say --sources {} too",
                self.folders.sources.display(),
                self.into().display()
            );
        }
        edits.iter().for_each(Edit::show);
        if !self.add.yes && !write::asked()? {
            return Ok(ExitCode::FAILURE);
        }
        for edit in &edits {
            edit.carry_out()?;
            say!("Written: {}", edit.path.display());
        }
        if is_elsewhere {
            say!("Bellwether reads that folder where it is started with --sources {}.", self.into().display());
        }
        report::next(id, self.is_needed(id), self.loaded.inventory.as_ref());
        Ok(ExitCode::SUCCESS)
    }

    fn is_needed(&self, id: &VendorId) -> bool {
        let services = self.loaded.inventory.iter().flat_map(|inventory| &inventory.services);
        let mut on = services.flat_map(|service| &service.needs).flat_map(|need| need.dependencies());
        let names = on.any(|dependency| matches!(&dependency.on, On::Vendor(selector) if selector.vendor == *id));
        names || self.add.depend.is_some()
    }
}
