//! What pages load: styles, script, pictures. In the binary, under names that change with the content.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// A file that pages load.
struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static [u8],
}

macro_rules! assets {
    ($($name:literal $kind:literal),* $(,)?) => {
        [$(Asset { name: $name, kind: $kind, content: include_bytes!(concat!("../../assets/", $name)) }),*]
    };
}

const ASSETS: [Asset; 5] = assets![
    "recarga.css" "text/css; charset=utf-8",
    "recarga.js" "text/javascript; charset=utf-8",
    "passkeys.js" "text/javascript; charset=utf-8",
    "icons.svg" "image/svg+xml",
    "icon.svg" "image/svg+xml",
];

/// Each asset's path.
static PATHS: LazyLock<[String; ASSETS.len()]> = LazyLock::new(|| {
    ASSETS.map(|asset| {
        let digest = Sha256::digest(asset.content);
        let hash = digest
            .iter()
            .take(8)
            .fold(0_u64, |hash, byte| (hash << 8) | u64::from(*byte));
        let (stem, extension) = asset.name.split_once('.').unwrap_or((asset.name, ""));
        format!("/assets/{stem}-{hash:016x}.{extension}")
    })
});

/// The path of an asset by its plain name.
pub(crate) fn path(name: &str) -> &'static str {
    let place = ASSETS.iter().position(|asset| asset.name == name);
    place.map_or("/assets/missing", |place| &PATHS[place])
}

/// Hands an asset out. A name belongs to one content for ever.
pub(super) async fn serve(Path(file): Path<String>) -> Response {
    let asked = format!("/assets/{file}");
    let Some(place) = PATHS.iter().position(|path| *path == asked) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let asset = &ASSETS[place];
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    (headers, asset.content).into_response()
}
