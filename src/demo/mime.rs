//! Opens the mails that we compose, to show them: two alternatives, quoted-printable. It need not read other people's.

/// A mail, opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// The part before the @ of the Message-ID: the notification's id.
    pub id: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

/// Opens a mail.
#[must_use]
pub fn open(raw: &[u8]) -> Opened {
    let raw = String::from_utf8_lossy(raw).replace("\r\n", "\n");
    let (head, body) = raw.split_once("\n\n").unwrap_or((&raw, ""));
    let head = head.replace("\n ", " ").replace("\n\t", " ");
    let id = field(&head, "message-id").trim_matches(['<', '>']).split('@').next().unwrap_or_default().to_owned();
    let boundary = field(&head, "content-type").split("boundary=").nth(1).unwrap_or_default();
    let boundary = boundary.trim_matches('"').split(['"', ';']).next().unwrap_or_default().to_owned();
    let mut opened = Opened { id, ..Opened::default() };
    if boundary.is_empty() {
        opened.text = unquoted(body);
        return opened;
    }
    for part in body.split(&format!("--{boundary}")).skip(1) {
        let Some((head, body)) = part.trim_start_matches('\n').split_once("\n\n") else { continue };
        let kind = field(head, "content-type");
        if kind.starts_with("text/plain") {
            opened.text = unquoted(body);
        } else if kind.starts_with("text/html") {
            opened.html = unquoted(body);
        }
    }
    opened
}

fn field<'a>(head: &'a str, name: &str) -> &'a str {
    let of = |line: &'a str| line.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim());
    head.lines().find_map(of).unwrap_or_default()
}

fn unquoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let text = text.replace("=\n", "");
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut rest = bytes.clone();
        let code = (byte == b'=').then(|| digit(rest.next()).zip(digit(rest.next()))).flatten();
        match code {
            Some((high, low)) => {
                out.push(high * 16 + low);
                bytes = rest;
            }
            None => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn digit(byte: Option<u8>) -> Option<u8> {
    char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alternatives_and_the_id_are_found() {
        let raw = b"Message-ID: <ntf-1@x.example>\r\nContent-Type: multipart/alternative;\r\n boundary=\"=_b\"\r\n\r\n--=_b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na =E2=80=93 b =\r\nc\r\n--=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x=3D1</p>\r\n--=_b--\r\n";
        let opened = open(raw);
        assert_eq!(opened.id, "ntf-1");
        assert_eq!(opened.text, "a \u{2013} b c\n");
        assert_eq!(opened.html, "<p>x=1</p>\n");
    }

    #[test]
    fn what_is_no_mail_of_ours_is_shown_as_it_is() {
        assert_eq!(open(b"Subject: x\r\n\r\nplain = text=\r\n").text, "plain = text");
        assert_eq!(open(b"").text, "");
    }
}
