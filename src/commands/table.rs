//! The look of tables on the terminal.

use comfy_table::{Table, presets};

/// An empty table with these headings.
pub fn headed<const N: usize>(headings: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(headings);
    table
}
