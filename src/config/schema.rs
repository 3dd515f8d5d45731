//! The JSON Schemas of the files, for editors and for people. They are made of the types that read the files.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// Each file's schema under the name of the schema's own file in `config/`.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("bellwether.schema.json", schema::<super::bellwether::Settings>()),
        ("inventory.schema.json", schema::<super::inventory::InventoryRow>()),
        ("subscriptions.schema.json", schema::<super::subscriptions::SubscriptionsRow>()),
        ("vendor.schema.json", schema::<super::vendor::VendorRow>()),
    ]
}

fn schema<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value()
}
