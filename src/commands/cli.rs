//! What can be typed after `bellwether`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{CommandFactory, Parser, Subcommand};

use super::accounts::{AccountsCommand, TokensCommand};
use super::add::Add;
use super::audit::AuditCommand;
use super::deliveries::{self, DeliveriesCommand};
use super::incident::IncidentCommand;
use super::load::{self, Folders};
use super::poll::Poll;
use super::record::Record;
use super::replay::{self, Replay};
use super::silence::SilenceCommand;
use super::subscriptions::SubscriptionsCommand;
use super::try_out::TryOut;
use super::why::WhyArgs;
use super::{
    accounts, add, audit, backup, check, confirm, errand, incident, poll, receivers, record, run, schema, silence,
    subscriptions, try_out, vendors, why,
};
use crate::config::operation::Log;
use crate::config::value::Period;
use crate::demo::drill::Drill;
use crate::demo::{self, Demo, drill, story};
use crate::model::format::Format;
use crate::model::id::SourceId;
use crate::model::vendor::{Schedule, Vendor};

/// The exit code for a configuration that cannot be used (EX_CONFIG of sysexits).
pub const BAD_CONFIGURATION: u8 = 78;

/// Watches the vendors you depend on, works out which of your services they hurt, and tells the right people.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = "Exit codes: 0 done; 1 it could not be done, or something could not be read; 2 typed wrong; 78 the configuration is wrong.\n\nFirst steps: edit config/inventory.toml, then `bellwether check`, `bellwether poll`, and `bellwether`."
)]
struct Cli {
    /// The folder of bellwether.toml, inventory.toml and subscriptions.toml. Without it: `config` where this is started,
    /// and where that is missing, /etc/bellwether.
    #[arg(long, global = true, value_name = "FOLDER", env = "BELLWETHER_CONFIG")]
    config: Option<PathBuf>,
    /// A folder of vendors of your own; they add to those in the binary and override them. Without it: `sources` where
    /// this is started, or /etc/bellwether/sources, as with --config.
    #[arg(long, global = true, value_name = "FOLDER", env = "BELLWETHER_SOURCES")]
    sources: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look, tell and serve the page until stopped (the default).
    Run,
    /// Name everything that is wrong with the configuration, the inventory, the subscriptions and the vendors.
    Check {
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Live through a past outage: a hospital that does not exist, mails and webhooks that stay on this machine.
    Demo {
        /// Which: crowdstrike (a night in July 2024) or oracle-health (five days in April 2025).
        #[arg(long, value_name = "NAME", default_value = story::USUAL)]
        story: String,
        /// How many times as fast as it was; quiet hours go ten times faster still. Without it, as the story says.
        #[arg(long, value_name = "TIMES")]
        speed: Option<f64>,
        /// Leave the pages up when the story is over, until Ctrl-C.
        #[arg(long)]
        stay: bool,
        /// Where the pages listen; without it, on any free port of this machine.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Tell such a story to real receivers of config/subscriptions.toml, each message marked DRILL.
    Drill {
        /// Which: crowdstrike or oracle-health.
        #[arg(long, value_name = "NAME", default_value = story::USUAL)]
        story: String,
        /// The receivers, by their ids in config/subscriptions.toml. Nobody else is told.
        #[arg(long, required = true, num_args = 1.., value_name = "NAME")]
        receivers: Vec<String>,
        /// How many times as fast as it was.
        #[arg(long, value_name = "TIMES")]
        speed: Option<f64>,
        /// Do not ask whether to send.
        #[arg(long)]
        yes: bool,
        /// One JSON object a line. It wants --yes.
        #[arg(long, requires = "yes")]
        json: bool,
    },
    /// Write all that is known into one file, while Bellwether runs or not.
    Backup {
        /// A new file. It can be read by its owner alone.
        file: PathBuf,
        /// The configuration and the vendors of your own too; the values of secrets are never in it.
        #[arg(long)]
        with_config: bool,
    },
    /// Put a backup back, where no Bellwether runs.
    Restore {
        /// The backup.
        file: PathBuf,
        /// Put aside what is there now, and keep it.
        #[arg(long)]
        replace: bool,
        /// Write the configuration that came with it, where none lies.
        #[arg(long)]
        with_config: bool,
        /// Give up the messages that waited when the backup was taken, instead of sending them.
        #[arg(long)]
        put_aside_pending: bool,
    },
    /// Have the running Bellwether read its files, secrets and certificates again.
    Reload,
    /// Look once, now, and show what was understood. Stores nothing, tells nobody.
    Poll {
        /// VENDOR or VENDOR/SOURCE; without it, all that the inventory needs.
        #[arg(value_name = "VENDOR[/SOURCE]")]
        what: Option<String>,
        /// A saved body instead of the network, as the format's first role or as ROLE=FILE. May be given several times.
        #[arg(long, value_name = "[ROLE=]BODY", value_parser = role_and_file)]
        file: Vec<(String, PathBuf)>,
        /// JSON instead of tables.
        #[arg(long)]
        json: bool,
    },
    /// Play recorded bodies through the real pipeline, with the recorded times as its clock.
    Replay {
        /// DIR/<source>[/<role>]/<UTC time>.<ext>, as 2025-11-18T092432Z.json.
        dir: PathBuf,
        /// The format of a source, where it is not recognised.
        #[arg(long, value_name = "NAME=FORMAT", value_parser = named_format)]
        source: Vec<(String, Format)>,
        /// An inventory: without it there are changes but no effects.
        #[arg(long, value_name = "FILE")]
        inventory: Option<PathBuf>,
        /// Subscriptions: without them there are effects but nobody is told.
        #[arg(long, value_name = "FILE")]
        subscriptions: Option<PathBuf>,
        /// How often a source is looked at between two bodies.
        #[arg(long, value_name = "TIME", default_value = "60s", value_parser = period)]
        every: Duration,
        /// One JSON object a line, in time order.
        #[arg(long)]
        json: bool,
    },
    /// Why somebody was told of something, or was not: each step from the vendor's word to the last try.
    Why(WhyArgs),
    /// Open, update and resolve incidents by hand, for vendors that publish nothing.
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// What somebody does not want to be told for a while: with a reason and an end.
    #[command(subcommand)]
    Silence(SilenceCommand),
    /// Who may act in the page, from the terminal: the first account, others, lost passwords.
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// The tokens with which programs read and act through the API.
    #[command(subcommand)]
    Tokens(TokensCommand),
    /// Look after the subscriptions that people made themselves: list, add, leave, lock.
    #[command(subcommand)]
    Subscriptions(SubscriptionsCommand),
    /// Who did what, and whether all of it stands as it was written.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Messages on their way: try those that were given up once more.
    #[command(subcommand)]
    Deliveries(DeliveriesCommand),
    /// Try out where messages go.
    #[command(subcommand)]
    Receivers(ReceiversCommand),
    /// The vendors that Bellwether knows.
    #[command(subcommand)]
    Vendors(VendorsCommand),
    /// The formats: how well each is known, and what it can say.
    Formats {
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of a file, for editors; without a name, the names.
    Schema {
        /// bellwether, inventory, subscriptions, vendor or webhook.
        name: Option<String>,
    },
    /// Print what makes a shell complete commands: `bellwether completions bash > /etc/bash_completion.d/bellwether`.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder: bellwether.1 and one for each command.
    Man {
        /// The folder.
        folder: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum ReceiversCommand {
    /// Send a real test message and print what the far side answered.
    Test {
        /// The receiver's id in config/subscriptions.toml.
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum VendorsCommand {
    /// List those that have a folder, and count what is known.
    List {
        /// Those of the table too.
        #[arg(long)]
        all: bool,
        /// One JSON array, of all.
        #[arg(long)]
        json: bool,
    },
    /// Find vendors by what you know: a name, a product, an old name, a tag, an address. The best comes first.
    Search {
        /// What to look for: `pagerduty`, `palo alto`, `fax`, `https://status.example.com`.
        #[arg(required = true, num_args = 1.., value_name = "WORD")]
        words: Vec<String>,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Try a vendor's file out on its samples, and show of a mapping what came from where.
    Test {
        /// A vendor's folder, or a vendor's name.
        #[arg(value_name = "FOLDER|VENDOR")]
        what: String,
        /// On the page too, now. Nothing is stored.
        #[arg(long)]
        live: bool,
        /// The fields of all items, not of the first two of each list.
        #[arg(long)]
        all: bool,
        /// Write what the samples come to as what is expected of them from now on.
        #[arg(long)]
        accept: bool,
    },
    /// Save the bodies of a look as a sample, with what they come to beside it.
    Record {
        /// VENDOR or VENDOR/SOURCE.
        #[arg(value_name = "VENDOR[/SOURCE]")]
        what: String,
        /// The folder for the sample; without it, the vendor's folder below --sources.
        #[arg(long, value_name = "FOLDER")]
        into: Option<PathBuf>,
        /// The name of the case: quiet, incident … Without it, the time.
        #[arg(long, value_name = "NAME")]
        case: Option<String>,
    },
    /// Show one: where it is read from, whom to call.
    Show {
        /// The vendor.
        vendor: String,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Find out how a status page publishes, show what was understood, and write the vendor's file after a yes.
    Add(Add),
    /// Confirm that a source is read right: one whose format was guessed, or whose page is not what it was. Shows what the
    /// last look understood, and asks.
    Confirm {
        /// The source.
        #[arg(value_name = "VENDOR/SOURCE", value_parser = SourceId::parse)]
        source: SourceId,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        /// Who says so; it stands in the audit.
        #[arg(long, value_name = "NAME", env = "BELLWETHER_AUTHOR")]
        author: String,
    },
}

/// Runs what was typed. Exit codes: 0 done; 1 it could not be done, or something could not be read; 2 it was typed
/// wrong; 78 the configuration is wrong.
#[must_use]
pub fn main() -> ExitCode {
    rustls::crypto::ring::default_provider().install_default().ok();
    let cli = Cli::parse();
    let folders = Folders::chosen(cli.config, cli.sources);
    let command = cli.command.unwrap_or(Command::Run);
    // `run` begins it when it has read how.
    if !matches!(command, Command::Run) {
        run::log::begin(Log::default());
    }
    let done = dispatch(command, &folders);
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command, folders: &Folders) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run => run::run(folders),
        Command::Backup { file, with_config } => backup::take(folders, &file, with_config),
        Command::Restore { file, replace, with_config, put_aside_pending } => {
            let wanted = backup::Restore { file, replace, with_config, put_aside_pending };
            backup::restore(folders, &wanted)
        }
        Command::Reload => errand::reload(folders),
        Command::Check { json } => check::run(folders, json),
        Command::Demo { story, speed, stay, listen, json } => demo::demo(&Demo { story, speed, stay, json, listen }),
        Command::Drill { story, receivers, speed, yes, json } => {
            drill::run(folders, &Drill { story, receivers, speed, yes, json })
        }
        Command::Poll { what, file, json } => poll::run(folders, &Poll { what, files: file, json }),
        Command::Replay { dir, source, inventory, subscriptions, every, json } => {
            let catalogue = load::catalogue(&Schedule::USUAL, &folders.sources, &mut Vec::new())?;
            let vendors: Vec<Vendor> = catalogue.all().map(|(_, vendor)| vendor).collect();
            replay::run(&Replay { folder: dir, formats: source, inventory, subscriptions, every, json }, &vendors)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Why(args) => why::run(folders, args),
        Command::Incident(command) => incident::typed(folders, command),
        Command::Silence(command) => silence::run(folders, command),
        Command::Accounts(command) => accounts::accounts(folders, command),
        Command::Tokens(command) => accounts::tokens(folders, command),
        Command::Audit(command) => audit::run(folders, &command),
        Command::Subscriptions(command) => subscriptions::run(folders, command),
        Command::Deliveries(command) => deliveries::run(folders, command),
        Command::Receivers(ReceiversCommand::Test { name }) => receivers::test(folders, &name),
        Command::Vendors(VendorsCommand::List { all, json }) => vendors::list(folders, all, json),
        Command::Vendors(VendorsCommand::Search { words, json }) => vendors::search(folders, &words.join(" "), json),
        Command::Vendors(VendorsCommand::Test { what, live, all, accept }) => {
            try_out::run(folders, &TryOut { what, live, all, accept })
        }
        Command::Vendors(VendorsCommand::Record { what, into, case }) => {
            record::run(folders, &Record { what, into, case })
        }
        Command::Vendors(VendorsCommand::Show { vendor, json }) => vendors::show(folders, &vendor, json),
        Command::Vendors(VendorsCommand::Add(add)) => add::run(folders, &add),
        Command::Vendors(VendorsCommand::Confirm { source, yes, author }) => {
            confirm::run(folders, &source, &author, yes)
        }
        Command::Formats { json } => Ok(vendors::formats(json)),
        Command::Schema { name } => schema::run(name.as_deref()),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "bellwether", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Command::Man { folder } => {
            clap_mangen::generate_to(Cli::command(), &folder)
                .with_context(|| format!("the manual cannot be written to {}", folder.display()))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn role_and_file(text: &str) -> Result<(String, PathBuf), String> {
    let (role, file) = text.split_once('=').unwrap_or(("", text));
    Ok((role.to_owned(), PathBuf::from(file)))
}

fn named_format(text: &str) -> Result<(String, Format), String> {
    let (name, format) = text.split_once('=').ok_or("write NAME=FORMAT, as okta=statuspage")?;
    let known = Format::ALL.map(Format::name).join(", ");
    let format = Format::named(format).ok_or_else(|| format!("{format:?} is not a format; there are {known}"))?;
    Ok((name.to_owned(), format))
}

fn period(text: &str) -> Result<Duration, String> {
    Period::parse(text).map(|period| period.0)
}
