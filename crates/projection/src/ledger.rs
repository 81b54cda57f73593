//! What the founding family says about the ledger itself: its ceasefire, origin, zone and codebook in force.

use armistice_report::{Codebook, EntryHash, Event, Sha256};
use serde::{Deserialize, Serialize};

use crate::{names::Name, scene::Scene};

/// Codebooks whose text is kept: 64 × 30,000 bytes stay below 2 MiB. Of older ones the text is in the entry alone.
const TEXTS_MAX: usize = 64;

/// A codebook that an entry named.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Adopted {
    pub(crate) index: u32,
    pub(crate) id: Name,
    pub(crate) sha256: [u8; 32],
    pub(crate) text: Option<Box<str>>,
}

/// A codebook that the founding or a `codebook.adopted` entry names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptedCodebook {
    /// Its name.
    pub id: String,
    /// SHA-256 of its text.
    pub sha256: Sha256,
    /// Its text: a document of `docs/formats/codebook-v1.md`. None when the entry does not hold it, as the founding never
    /// does, or when 64 codebooks with a text were adopted after it: then it is in the entry.
    pub text: Option<String>,
    /// The entry that names it.
    pub index: u64,
    /// That entry's hash.
    pub hash: EntryHash,
}

/// The ledger, as entry 0 and the codebook entries describe it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) founded: Option<Founded>,
    pub(crate) codebooks: Vec<Adopted>,
    /// The receiving time of the newest entry, microseconds since 1970.
    pub(crate) received: Option<i64>,
}

/// What entry 0 fixed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Founded {
    pub(crate) index: u32,
    pub(crate) ceasefire: Name,
    pub(crate) origin: Name,
    pub(crate) operator: Name,
    pub(crate) zone: Name,
}

impl Ledger {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        self.received = Some(scene.received.as_micros());
        match scene.event {
            Event::LedgerFounded(founded) if self.founded.is_none() => {
                self.founded = Some(Founded {
                    index: scene.index,
                    ceasefire: scene.name(&founded.ceasefire),
                    origin: scene.name(&founded.origin),
                    operator: scene.name(&founded.operator.name),
                    zone: scene.name(&founded.zone.to_string()),
                });
                self.adopt(scene, &founded.codebook, None);
            }
            Event::CodebookAdopted(adopted) => self.adopt(scene, &adopted.codebook, adopted.text.as_deref()),
            _ => {}
        }
    }

    fn adopt(&mut self, scene: &mut Scene<'_>, codebook: &Codebook, text: Option<&str>) {
        let id = scene.name(&codebook.id);
        self.codebooks.push(Adopted {
            index: scene.index,
            id,
            sha256: codebook.sha256.0,
            text: text.map(Into::into),
        });
        let held = self
            .codebooks
            .iter_mut()
            .rev()
            .filter(|adopted| adopted.text.is_some());
        if let Some(oldest) = held.skip(TEXTS_MAX).last() {
            oldest.text = None;
        }
    }

    pub(crate) fn codebook(&self) -> Option<Sha256> {
        self.codebooks.last().map(|adopted| Sha256(adopted.sha256))
    }

    pub(crate) fn origin(&self) -> Option<Name> {
        self.founded.map(|founded| founded.origin)
    }
}
