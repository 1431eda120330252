//! The records of this crate are those of vectors/commands.tsv, line by line.

use dcep_messages::kinds::{Authority, KINDS, Kind, Ledgers};

const TABLE: &str = include_str!("../../../vectors/commands.tsv");

/// Every language declares its records by hand: a drift fails here, with the line's name.
#[test]
fn every_record_is_the_one_of_the_table() {
    let table: Vec<String> = TABLE
        .lines()
        .skip(1)
        .map(|line| line.split('\t').take(7).collect::<Vec<_>>().join("\t"))
        .collect();
    let ours: Vec<String> = KINDS.iter().flat_map(|kind| lines_of(kind)).collect();

    for (ours, theirs) in ours.iter().zip(&table) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), table.len());
}

fn lines_of(kind: &Kind) -> Vec<String> {
    let head = format!(
        "{:#04x}\t{}\t{}\t{}\t{}",
        kind.number,
        kind.name,
        kind.chapter,
        authority(kind.authority),
        ledgers(kind.ledgers)
    );
    if kind.layout.is_empty() {
        return vec![format!("{head}\t-\t-")];
    }
    let line = |(field, hint): &(&str, &str)| format!("{head}\t{field}\t{}", type_name(hint));
    kind.layout.iter().map(line).collect()
}

fn type_name(hint: &str) -> String {
    match hint.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>')) {
        Some(item) => format!("list of {item}"),
        None => hint.to_owned(),
    }
}

fn authority(authority: Authority) -> &'static str {
    match authority {
        Authority::Holder => "holder",
        Authority::AnyAccount => "any account",
        Authority::Registrar => "registrar",
        Authority::HolderOrRegistrar => "holder or registrar",
        Authority::RegistrarOrSupervision => "registrar or supervision",
        Authority::Vault => "vault",
        Authority::Board => "board",
        Authority::Proof => "proof",
        Authority::Members => "members",
        Authority::Worker => "worker",
    }
}

fn ledgers(ledgers: Ledgers) -> &'static str {
    match ledgers {
        Ledgers::Retail => "retail",
        Ledgers::Tier1 => "tier1",
        Ledgers::Both => "both",
    }
}
