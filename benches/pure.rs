//! What a body costs: its codec, comparison form, fingerprint, marks and comparison, at the
//! sizes of a small router, a large one, and one beyond any seen.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use routervault::compare::{Options, table};
use routervault::platform::routeros::text::{
    comparison_form, fingerprint, highlight, marks, masked,
};
use routervault::vault::body;
use std::hint::black_box;

const SIZES: [(&str, usize); 3] = [("20 kB", 20_000), ("350 kB", 350_000), ("5 MB", 5_000_000)];

/// Secrets to be looked for in everything else.
const SECRETS: &[u8] = b"/ppp secret\r\nadd name=a password=hunter2-hunter2\r\n\
    add name=b password=\"correct horse\"\r\nadd name=c password=branch-office\r\n";

/// An export of about that size, wrapped as RouterOS wraps.
fn export(size: usize) -> Vec<u8> {
    let mut text =
        b"# 2026-11-21 02:00:00 by RouterOS 7.18.2\r\n# software id = ABCD-EFGH\r\n#\r\n\
        # model = RB5009UG+S+\r\n# serial number = HE0123456789\r\n/ip firewall filter\r\n"
            .to_vec();
    for rule in 0.. {
        if text.len() >= size {
            break;
        }
        let line = format!(
            "add action=accept chain=forward comment=\"rule {rule}: branch {}\" dst-address=\\\r\n    198.51.100.{}/32 dst-port={} protocol=tcp\r\n",
            rule % 97,
            rule % 251,
            1024 + rule % 50_000
        );
        text.extend_from_slice(line.as_bytes());
    }
    text
}

/// The same after a day: one rule changed, one added, one gone.
fn changed(text: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let middle = (lines.len() / 2) & !1;
    let mut changed = lines[..middle].concat();
    changed.extend_from_slice(b"add action=drop chain=forward comment=new\r\n");
    changed.extend_from_slice(&lines[middle + 4..].concat());
    changed
}

/// The same with another value in every rule.
fn changed_throughout(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    text.replace("branch ", "office ").into_bytes()
}

/// A menu of about that size in which every item has a password, and no two the same.
fn accounts(size: usize, batch: usize) -> Vec<u8> {
    let mut text = b"/ppp secret\r\n".to_vec();
    for account in 0.. {
        if text.len() >= size {
            break;
        }
        let line = format!(
            "add name=user-{account} password=secret-{batch}-{account} profile=default\r\n"
        );
        text.extend_from_slice(line.as_bytes());
    }
    text
}

/// Entries of an address list of about that size, none of them in another batch.
fn entries(size: usize, batch: usize) -> Vec<u8> {
    let mut text = b"/ip firewall address-list\r\n".to_vec();
    for entry in 0.. {
        if text.len() >= size {
            break;
        }
        let line = format!("add address=2001:db8:{batch}::{entry:x} list=list-{batch}-{entry}\r\n");
        text.extend_from_slice(line.as_bytes());
    }
    text
}

fn bench(criterion: &mut Criterion) {
    for (name, size) in SIZES {
        let old = export(size);
        let new = changed(&old);
        let with_secrets = [&new[..], SECRETS].concat();
        let mut group = criterion.benchmark_group(name);
        group
            .throughput(Throughput::Bytes(size as u64))
            .sample_size(10);
        let mut add = |what: &str, run: &dyn Fn() -> usize| {
            group.bench_function(BenchmarkId::from_parameter(what), |bencher| {
                bencher.iter(|| black_box(run()));
            });
        };
        let whole = body::encode_whole(&new);
        let patch = body::encode_patch(&old, &new);
        println!(
            "{name}: whole {} bytes, patch {} bytes",
            whole.len(),
            patch.len()
        );
        add("encode whole", &|| body::encode_whole(&new).len());
        add("decode whole", &|| {
            body::decode_whole(&whole, new.len()).map_or(0, |b| b.len())
        });
        add("encode patch", &|| body::encode_patch(&old, &new).len());
        add("decode patch", &|| {
            body::decode_patch(&patch, &new, old.len()).map_or(0, |b| b.len())
        });
        add("comparison form", &|| comparison_form(&new).len());
        add("fingerprint", &|| fingerprint(&new).len());
        add("marks", &|| marks(&new).menus);
        add("mask", &|| masked(&with_secrets).len());
        add("highlight", &|| {
            highlight(&new, 1).map(|line| line.parts.len()).sum()
        });
        add("highlight 2,000 lines", &|| {
            highlight(&new, 2_001).take(2_000).count()
        });
        let rows = |old: &[u8], new: &[u8]| table(&[old, new], &Options::default()).rows.len();
        add("compare", &|| rows(&old, &new));
        let throughout = changed_throughout(&old);
        add("compare, every item changed", &|| rows(&old, &throughout));
        let passwords = [accounts(size, 1), accounts(size, 2)];
        add("compare, every password changed", &|| {
            rows(&passwords[0], &passwords[1])
        });
        let lists = [entries(size, 1), entries(size, 2)];
        add("compare, nothing in common", &|| rows(&lists[0], &lists[1]));
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
