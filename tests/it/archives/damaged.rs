//! Archives that are not what they were: each is refused, with a sentence, before anything is
//! looked up or changed.

use async_zip::tokio::write::ZipFileWriter;
use async_zip::{Compression, ZipEntryBuilder};
use serde_json::{Value, json};

use super::house::{House, everything};
use crate::support::unpack;

/// The files of an archive in their order.
pub type Files = Vec<(String, Vec<u8>)>;

async fn files() -> (House, Files) {
    let house = House::with(1, 2, 2).await;
    let (path, manifest) = house.archive(&everything()).await;
    let mut found = unpack(std::fs::read(path).unwrap()).await;
    let names = manifest.files.iter().map(|file| file.path.clone());
    let files = names
        .chain(["manifest.json".to_owned()])
        .map(|name| (name.clone(), found.remove(&name).unwrap()))
        .collect();
    (house, files)
}

pub async fn packed(files: &Files) -> Vec<u8> {
    let mut zip = ZipFileWriter::with_tokio(Vec::new());
    for (name, bytes) in files {
        let entry = ZipEntryBuilder::new(name.clone().into(), Compression::Deflate);
        zip.write_entry_whole(entry, bytes).await.unwrap();
    }
    zip.close().await.unwrap().into_inner()
}

/// The manifest, changed.
fn with_manifest(files: &mut Files, change: impl Fn(&mut Value)) {
    let (_, bytes) = files.last_mut().unwrap();
    let mut manifest = serde_json::from_slice(bytes).unwrap();
    change(&mut manifest);
    *bytes = serde_json::to_vec(&manifest).unwrap();
}

async fn refused(house: &House, zip: &[u8]) -> String {
    let sentence = house.check(zip).await.map(drop).unwrap_err().to_string();
    assert!(
        sentence.starts_with("This archive can not be used: "),
        "{sentence}"
    );
    sentence
}

#[tokio::test]
async fn what_was_only_packed_anew_is_whole() {
    let (house, files) = files().await;
    house.check(&packed(&files).await).await.map(drop).unwrap();
}

#[tokio::test]
async fn one_that_was_cut_anywhere_is_refused() {
    let (house, files) = files().await;
    let zip = packed(&files).await;
    for length in (0..zip.len()).step_by(97).chain([zip.len() - 1]) {
        refused(&house, &zip[..length]).await;
    }
}

#[tokio::test]
async fn a_flipped_byte_is_refused_or_changes_nothing_that_is_read() {
    let (house, files) = files().await;
    let zip = packed(&files).await;
    let mut refusals = 0;
    for position in (0..zip.len()).step_by(41) {
        let mut flipped = zip.clone();
        flipped[position] ^= 0x55;
        match house.check(&flipped).await {
            Err(_) => refusals += 1,
            // A date, say: every file is what the manifest says, and that has a checksum.
            Ok(mut checked) => {
                for (name, bytes) in &files[..files.len() - 1] {
                    assert_eq!(&checked.read(name).await.unwrap(), bytes, "{position}");
                }
            }
        }
    }
    assert!(
        refusals * 2 > zip.len() / 41,
        "{refusals} of {}",
        zip.len() / 41
    );
}

#[tokio::test]
async fn a_file_that_is_another_one_is_refused() {
    let (house, mut files) = files().await;
    let (name, bytes) = files
        .iter_mut()
        .find(|(name, _)| name.ends_with(".rsc"))
        .unwrap();
    bytes[40] ^= 1;
    let name = name.clone();
    let sentence = refused(&house, &packed(&files).await).await;
    assert!(
        sentence.contains(&format!("{name} is not what it was")),
        "{sentence}"
    );
}

#[tokio::test]
async fn wrong_counts_are_refused() {
    for what in [
        "sites",
        "devices",
        "snapshots",
        "credentials",
        "users",
        "schedules",
        "maintenance_windows",
        "retention_rules",
        "archive_plans",
    ] {
        let (house, mut files) = files().await;
        with_manifest(&mut files, |manifest| manifest["counts"][what] = json!(7));
        let sentence = refused(&house, &packed(&files).await).await;
        assert!(
            sentence.contains("its counts are wrong: it says"),
            "{sentence}"
        );
    }
}

#[tokio::test]
async fn a_file_too_many_or_too_few_is_refused() {
    let (house, whole) = files().await;
    let mut more = whole.clone();
    more.insert(0, ("sites/site-1/gw_1/extra.rsc".to_owned(), b"x".to_vec()));
    let sentence = refused(&house, &packed(&more).await).await;
    assert!(
        sentence.contains("extra.rsc, which its manifest.json lacks"),
        "{sentence}"
    );
    let mut less = whole.clone();
    less.remove(0);
    let sentence = refused(&house, &packed(&less).await).await;
    assert!(sentence.contains("is missing in it"), "{sentence}");
    let mut twice = whole;
    twice.insert(0, (twice[0].0.to_uppercase(), b"x".to_vec()));
    let sentence = refused(&house, &packed(&twice).await).await;
    assert!(sentence.contains("twice"), "{sentence}");
}

#[tokio::test]
async fn a_path_that_climbs_out_is_refused() {
    for path in [
        "../../etc/passwd",
        "/etc/passwd",
        "sites/../../x",
        "a\\..\\b",
        "C:/x",
        "sites/",
    ] {
        let (house, mut files) = files().await;
        files.insert(0, (path.to_owned(), b"x".to_vec()));
        with_manifest(&mut files, |manifest| {
            let file = json!({"path": path, "size_bytes": 1, "sha256": "x"});
            manifest["files"].as_array_mut().unwrap().push(file);
        });
        let sentence = refused(&house, &packed(&files).await).await;
        assert!(
            sentence.contains("leads out of it or is strange"),
            "{sentence}"
        );
    }
}

#[tokio::test]
async fn what_unpacks_to_more_than_it_says_is_not_unpacked_to_its_end() {
    let (house, mut files) = files().await;
    let size = 17 << 20;
    let (name, bytes) = files
        .iter_mut()
        .find(|(name, _)| name.ends_with(".rsc"))
        .unwrap();
    *bytes = vec![b'#'; size];
    let name = name.clone();
    let sentence = refused(&house, &packed(&files).await).await;
    assert!(sentence.contains("is longer than it may be"), "{sentence}");
    // Nor when its manifest says so.
    with_manifest(&mut files, |manifest| {
        let mut listed = manifest["files"].as_array_mut().unwrap().iter_mut();
        let file = listed.find(|file| file["path"] == name).unwrap();
        file["size_bytes"] = json!(size);
    });
    let sentence = refused(&house, &packed(&files).await).await;
    assert!(sentence.contains("is longer than it may be"), "{sentence}");
}

#[tokio::test]
async fn a_bomb_is_refused_before_it_is_unpacked() {
    let (house, _) = files().await;
    let mut zip = ZipFileWriter::with_tokio(Vec::new());
    let name = "sites/site-1/gw_1/bomb.rsc".to_owned();
    let bomb =
        ZipEntryBuilder::new(name.into(), Compression::Deflate).uncompressed_size(2_u64 << 30);
    zip.write_entry_whole_precompressed(bomb, &[0; 1000])
        .await
        .unwrap();
    let zip = zip.close().await.unwrap().into_inner();
    let sentence = refused(&house, &zip).await;
    assert!(
        sentence.contains("more than 200 times its size"),
        "{sentence}"
    );
}

#[tokio::test]
async fn a_newer_version_is_refused_with_a_sentence() {
    let (house, mut files) = files().await;
    with_manifest(&mut files, |manifest| {
        *manifest = json!({"format": 4, "made_with": "RouterVault 9.0", "all": "is different"});
    });
    let sentence = refused(&house, &packed(&files).await).await;
    assert!(
        sentence.contains("made by a newer RouterVault (RouterVault 9.0, format 4)"),
        "{sentence}"
    );
}
