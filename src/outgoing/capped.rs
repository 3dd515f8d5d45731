//! Bodies, read to a cap. What is counted is the decoded body, so that a small bomb is as small as it looks.

use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;

use super::failure::Failure;

/// Reads the body of `response` into `bytes`, which hold what came even where reading fails or is given up.
///
/// # Errors
/// [`Failure::CutShort`] where the body is longer than `cap` or ends too early, [`Failure::Unexpected`] where its
/// coding is none that we read or its coded data are damaged.
pub async fn read(response: &mut Response, cap: usize, bytes: &mut Vec<u8>) -> Result<(), Failure> {
    readable(response)?;
    let declared = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if declared > cap {
        return Err(too_long(cap));
    }
    bytes.reserve(declared);
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of_body(&error, bytes.len()))? {
        if bytes.len() + chunk.len() > cap {
            return Err(too_long(cap));
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.starts_with(&GZIP) {
        // Of two Content-Encoding headers the client obeys the first and drops both.
        return Err(Failure::Unexpected("the body is compressed more than once".to_owned()));
    }
    Ok(())
}

const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// The client takes the header away when it decodes. What is left it does not understand.
fn readable(response: &Response) -> Result<(), Failure> {
    match response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim()) {
        None | Some("") => Ok(()),
        Some(coding) if coding.eq_ignore_ascii_case("identity") => Ok(()),
        Some(coding) => Err(Failure::Unexpected(format!(
            "the body comes in the coding {:?}; we asked for gzip or br",
            crate::model::text::line(coding, 40)
        ))),
    }
}

fn too_long(cap: usize) -> Failure {
    Failure::CutShort(format!("the body is longer than {} that are read at most", size(cap)))
}

fn size(bytes: usize) -> String {
    match bytes {
        n if n >= 1 << 20 && n % (1 << 20) == 0 => format!("the {} MiB", n >> 20),
        n if n >= 1 << 10 && n % (1 << 10) == 0 => format!("the {} KiB", n >> 10),
        n => format!("the {n} bytes"),
    }
}
