//! A message as a tree of ProseMirror, the editor of incident.io, made into plain text.

use serde_json::Value;

use crate::model::text;

/// The text of a tree; empty where it is none.
pub fn plain(tree: &Value) -> String {
    // Some answers keep the tree one level down.
    let tree = tree.get("text_node").filter(|inner| inner.is_object()).unwrap_or(tree);
    let mut written = String::new();
    write(tree, &mut written);
    text::body(&written)
}

/// Reading JSON has limited the depth already.
fn write(node: &Value, into: &mut String) {
    let kind = node.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "text" => into.push_str(node.get("text").and_then(Value::as_str).unwrap_or_default()),
        "lineBreak" | "hardBreak" | "hard_break" => into.push('\n'),
        "listItem" | "list_item" => begin_line(into, "- "),
        _ => {}
    }
    for child in node.get("content").and_then(Value::as_array).map_or(&[][..], Vec::as_slice) {
        write(child, into);
    }
    if matches!(kind, "paragraph" | "heading" | "codeBlock" | "blockquote") {
        into.push_str("\n\n");
    }
}

fn begin_line(into: &mut String, mark: &str) {
    while into.ends_with("\n\n") {
        into.pop();
    }
    if !into.is_empty() && !into.ends_with('\n') {
        into.push('\n');
    }
    into.push_str(mark);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tree_becomes_its_paragraphs_lines_and_items() {
        let text = |text: &str| json!({"type": "text", "text": text});
        let paragraph = |text_of: &str| json!({"type": "paragraph", "content": [text(text_of)]});
        let tree = json!({"type": "doc", "content": [
            {"type": "paragraph", "content": [text("Some "), text("are hurt:"), {"type": "lineBreak"}, text("these.")]},
            {"type": "bulletList", "content": [
                {"type": "listItem", "content": [paragraph("one")]},
                {"type": "listItem", "content": [paragraph("two")]},
            ]},
            paragraph("The end."),
        ]});
        assert_eq!(plain(&tree), "Some are hurt:\nthese.\n- one\n- two\n\nThe end.");
        assert_eq!(plain(&json!({"text_node": tree["content"][2], "markdown": "x"})), "The end.");
        for nothing in [json!(null), json!("text"), json!([1]), json!({"type": "doc", "content": 7})] {
            assert_eq!(plain(&nothing), "");
        }
    }
}
