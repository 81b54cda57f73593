//! What the founding family says about the ledger itself: its ceasefire, origin, zone and codebook in force.

use armistice_report::{Codebook, Event, Sha256};
use serde::{Deserialize, Serialize};

use crate::{names::Name, scene::Scene};

/// A codebook that an entry named.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Adopted {
    pub(crate) index: u32,
    pub(crate) id: Name,
    pub(crate) sha256: [u8; 32],
}

/// The ledger, as entry 0 and the codebook entries describe it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) founded: Option<Founded>,
    pub(crate) codebooks: Vec<Adopted>,
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
        match scene.event {
            Event::LedgerFounded(founded) if self.founded.is_none() => {
                self.founded = Some(Founded {
                    index: scene.index,
                    ceasefire: scene.name(&founded.ceasefire),
                    origin: scene.name(&founded.origin),
                    operator: scene.name(&founded.operator.name),
                    zone: scene.name(&founded.zone.to_string()),
                });
                self.adopt(scene, &founded.codebook);
            }
            Event::CodebookAdopted(adopted) => self.adopt(scene, &adopted.codebook),
            _ => {}
        }
    }

    fn adopt(&mut self, scene: &mut Scene<'_>, codebook: &Codebook) {
        let id = scene.name(&codebook.id);
        self.codebooks.push(Adopted {
            index: scene.index,
            id,
            sha256: codebook.sha256.0,
        });
    }

    pub(crate) fn codebook(&self) -> Option<Sha256> {
        self.codebooks.last().map(|adopted| Sha256(adopted.sha256))
    }

    pub(crate) fn origin(&self) -> Option<Name> {
        self.founded.map(|founded| founded.origin)
    }
}
