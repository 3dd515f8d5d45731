//! The regions of the three large clouds, by code and by name, and how to find them in a text.
//!
//! A vendor's structured regions are often empty while its title names one. Only well-known names are looked for: a
//! word that merely looks like a place is left alone.

/// The regions of AWS: code and name. From the AWS documentation's list of Regions, 2026-11.
const AWS: &[(&str, &str)] = &[
    ("us-east-1", "N. Virginia"),
    ("us-east-2", "Ohio"),
    ("us-west-1", "N. California"),
    ("us-west-2", "Oregon"),
    ("us-gov-east-1", "AWS GovCloud (US-East)"),
    ("us-gov-west-1", "AWS GovCloud (US-West)"),
    ("af-south-1", "Cape Town"),
    ("ap-east-1", "Hong Kong"),
    ("ap-east-2", "Taipei"),
    ("ap-northeast-1", "Tokyo"),
    ("ap-northeast-2", "Seoul"),
    ("ap-northeast-3", "Osaka"),
    ("ap-south-1", "Mumbai"),
    ("ap-south-2", "Hyderabad"),
    ("ap-southeast-1", "Singapore"),
    ("ap-southeast-2", "Sydney"),
    ("ap-southeast-3", "Jakarta"),
    ("ap-southeast-4", "Melbourne"),
    ("ap-southeast-5", "Malaysia"),
    ("ap-southeast-6", "New Zealand"),
    ("ap-southeast-7", "Thailand"),
    ("ca-central-1", "Canada Central"),
    ("ca-west-1", "Calgary"),
    ("cn-north-1", "Beijing"),
    ("cn-northwest-1", "Ningxia"),
    ("eu-central-1", "Frankfurt"),
    ("eu-central-2", "Zurich"),
    ("eu-north-1", "Stockholm"),
    ("eu-south-1", "Milan"),
    ("eu-south-2", "Spain"),
    ("eu-west-1", "Ireland"),
    ("eu-west-2", "London"),
    ("eu-west-3", "Paris"),
    ("eusc-de-east-1", "Germany (Brandenburg)"),
    ("il-central-1", "Tel Aviv"),
    ("me-central-1", "UAE"),
    ("me-south-1", "Bahrain"),
    ("mx-central-1", "Mexico Central"),
    ("sa-east-1", "São Paulo"),
];

/// The regions of Google Cloud: code and place. From Google's list of locations, 2026-11.
const GOOGLE: &[(&str, &str)] = &[
    ("africa-south1", "Johannesburg"),
    ("asia-east1", "Taiwan"),
    ("asia-east2", "Hong Kong"),
    ("asia-northeast1", "Tokyo"),
    ("asia-northeast2", "Osaka"),
    ("asia-northeast3", "Seoul"),
    ("asia-south1", "Mumbai"),
    ("asia-south2", "Delhi"),
    ("asia-southeast1", "Singapore"),
    ("asia-southeast2", "Jakarta"),
    ("asia-southeast3", "Bangkok"),
    ("australia-southeast1", "Sydney"),
    ("australia-southeast2", "Melbourne"),
    ("europe-central2", "Warsaw"),
    ("europe-north1", "Finland"),
    ("europe-north2", "Stockholm"),
    ("europe-southwest1", "Madrid"),
    ("europe-west1", "Belgium"),
    ("europe-west2", "London"),
    ("europe-west3", "Frankfurt"),
    ("europe-west4", "Netherlands"),
    ("europe-west6", "Zurich"),
    ("europe-west8", "Milan"),
    ("europe-west9", "Paris"),
    ("europe-west10", "Berlin"),
    ("europe-west12", "Turin"),
    ("me-central1", "Doha"),
    ("me-central2", "Dammam"),
    ("me-west1", "Tel Aviv"),
    ("northamerica-northeast1", "Montréal"),
    ("northamerica-northeast2", "Toronto"),
    ("northamerica-south1", "Mexico"),
    ("southamerica-east1", "São Paulo"),
    ("southamerica-west1", "Santiago"),
    ("us-central1", "Iowa"),
    ("us-east1", "South Carolina"),
    ("us-east4", "Northern Virginia"),
    ("us-east5", "Columbus"),
    ("us-south1", "Dallas"),
    ("us-west1", "Oregon"),
    ("us-west2", "Los Angeles"),
    ("us-west3", "Salt Lake City"),
    ("us-west4", "Las Vegas"),
];

/// The regions of Azure as its pages name them. From Azure's list of regions, 2026-11. Longest first is made at use.
const AZURE: &[&str] = &[
    "Australia Central",
    "Australia Central 2",
    "Australia East",
    "Australia Southeast",
    "Austria East",
    "Belgium Central",
    "Brazil South",
    "Brazil Southeast",
    "Canada Central",
    "Canada East",
    "Central India",
    "Central US",
    "Central US EUAP",
    "Chile Central",
    "China East",
    "China East 2",
    "China East 3",
    "China North",
    "China North 2",
    "China North 3",
    "Denmark East",
    "East Asia",
    "East US",
    "East US 2",
    "East US 2 EUAP",
    "East US 3",
    "France Central",
    "France South",
    "Germany North",
    "Germany West Central",
    "India South Central",
    "Indonesia Central",
    "Israel Central",
    "Italy North",
    "Japan East",
    "Japan West",
    "Jio India Central",
    "Jio India West",
    "Korea Central",
    "Korea South",
    "Malaysia South",
    "Malaysia West",
    "Mexico Central",
    "New Zealand North",
    "North Central US",
    "North Europe",
    "Norway East",
    "Norway West",
    "Poland Central",
    "Qatar Central",
    "South Africa North",
    "South Africa West",
    "South Central US",
    "South Central US 2",
    "South India",
    "Southeast Asia",
    "Southeast US",
    "Spain Central",
    "Sweden Central",
    "Sweden South",
    "Switzerland North",
    "Switzerland West",
    "Taiwan North",
    "Taiwan Northwest",
    "UAE Central",
    "UAE North",
    "UK South",
    "UK West",
    "US DoD Central",
    "US DoD East",
    "US Gov Arizona",
    "US Gov Texas",
    "US Gov Virginia",
    "West Central US",
    "West Europe",
    "West India",
    "West US",
    "West US 2",
    "West US 3",
];

/// The region codes of AWS and Google that stand in `text` as words of their own, a zone counting for its region
/// (`us-east-1a`, `us-central1-b`), in the order of the text, each once.
#[must_use]
pub fn codes(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut found: Vec<String> = Vec::new();
    for word in lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        if let Some(code) = code(word.trim_matches('-'))
            && !found.iter().any(|known| known == code)
        {
            found.push(code.to_owned());
        }
    }
    found
}

fn code(word: &str) -> Option<&'static str> {
    let region = word.strip_suffix(|c: char| c.is_ascii_lowercase()).map_or(word, |r| r.trim_end_matches('-'));
    AWS.iter().chain(GOOGLE).map(|(code, _)| *code).find(|code| *code == word || *code == region)
}

/// The AWS region that a service's key ends with: `us-east-1` of `ec2-us-east-1`.
#[must_use]
pub fn aws_suffix(service: &str) -> Option<&'static str> {
    let ends_with = |code: &&str| service.strip_suffix(*code).is_some_and(|rest| rest.ends_with('-'));
    AWS.iter().map(|(code, _)| *code).filter(ends_with).max_by_key(|code| code.len())
}

/// The name of an AWS region.
#[must_use]
pub fn aws_name(code: &str) -> Option<&'static str> {
    AWS.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// The Azure region of exactly that name, as Azure writes it.
#[must_use]
pub fn azure(name: &str) -> Option<&'static str> {
    AZURE.iter().copied().find(|known| known.eq_ignore_ascii_case(name.trim()))
}

/// The Azure regions named in `text`, the longest name first at every place ("North Central US" is not "Central US"),
/// in the order of the text, each once.
#[must_use]
pub fn azure_in(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(rest) = lower.get(at..) {
        let Some(first) = rest.chars().next() else { break };
        let begins = lower.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !c.is_alphanumeric());
        let name = if begins { longest_azure(rest) } else { None };
        if let Some(name) = name
            && !found.iter().any(|known| known == name)
        {
            found.push(name.to_owned());
        }
        at += name.map_or(first.len_utf8(), str::len);
    }
    found
}

/// The longest name that `lower` begins with, as a whole word.
fn longest_azure(lower: &str) -> Option<&'static str> {
    AZURE
        .iter()
        .copied()
        .filter(|name| {
            lower.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
                && lower.get(name.len()..).is_some_and(|tail| !tail.starts_with(char::is_alphanumeric))
        })
        .max_by_key(|name| name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_is_found_and_not_the_one_inside_it() {
        assert_eq!(azure_in("Issues in North Central US and East US 2"), ["North Central US", "East US 2"]);
        assert_eq!(azure_in("Central US / South Central US; central us"), ["Central US", "South Central US"]);
        assert_eq!(azure_in("Northwest USA, the West Usual"), Vec::<String>::new());
        assert_eq!(azure_in("é West US é"), ["West US"]);
    }

    #[test]
    fn codes_stand_alone_and_a_zone_counts_for_its_region() {
        assert_eq!(codes("Errors in US-EAST-1 (us-east-1a), us-central1-b."), ["us-east-1", "us-central1"]);
        assert_eq!(codes("xus-east-1, us-east-10, us-east, my-us-east-1"), Vec::<String>::new());
    }

    #[test]
    fn a_service_of_aws_ends_with_its_region_or_has_none() {
        assert_eq!(aws_suffix("ec2-us-gov-east-1"), Some("us-gov-east-1"));
        assert_eq!(aws_suffix("management-console"), None);
    }
}
