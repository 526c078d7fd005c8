//! The things that an EPCIS event is about, and which of their lists there have to be.

use super::parts::Notes;
use crate::{
    parcel::{
        record::{Action, EpcisFacts},
        tree::Tree,
    },
    record::CheckKind,
};
use std::collections::BTreeMap;

/// The lists of things that an event is about.
#[derive(Default)]
pub(super) struct Lists {
    pub parent: Option<String>,
    pub things: Vec<String>,
    pub children: Vec<String>,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub quantities: Vec<(&'static str, usize)>,
}

impl Lists {
    pub fn put(&mut self, name: &str, numbers: Vec<String>) {
        match name {
            "childEPCs" => self.children = numbers,
            "inputEPCList" => self.inputs = numbers,
            "outputEPCList" => self.outputs = numbers,
            _ => self.things = numbers,
        }
    }

    fn quantity(&self, name: &str) -> bool {
        self.quantities.iter().any(|(known, count)| *known == name && *count > 0)
    }

    /// Which lists there have to be, EPCIS 2.0 sections 7.4.2 to 7.4.6.
    pub fn check(&self, kind: &str, facts: &EpcisFacts, members: &BTreeMap<String, Tree>, notes: &mut Notes) {
        let (action, has) = (facts.action, |name: &str| members.contains_key(name));
        if !matches!(kind, "TransformationEvent" | "QuantityEvent") && !has("action") {
            notes.fault("action is missing");
        }
        let sensed = !facts.sensors.is_empty();
        let delete = action == Some(Action::Delete);
        match kind {
            "ObjectEvent" => {
                let named = has("epcList") || self.quantity("quantityList");
                let measured = sensed && facts.read_point.is_some();
                if !named && !measured {
                    notes.fault("neither epcList nor quantityList is there, nor a sensor report with a readPoint");
                }
            }
            "AggregationEvent" | "AssociationEvent" => {
                let children = !self.children.is_empty() || self.quantity("childQuantityList");
                if !children && !delete && !sensed {
                    notes.fault("neither childEPCs nor childQuantityList is there");
                }
                if self.parent.is_none() && kind == "AssociationEvent" {
                    notes.fault("parentID is missing");
                } else if self.parent.is_none() && action != Some(Action::Observe) {
                    notes.odd(CheckKind::SchemaDeviation, "parentID is due with this action", kind);
                }
            }
            "TransactionEvent" => {
                if facts.transactions.is_empty() {
                    notes.fault("bizTransactionList is missing");
                }
                let named = has("epcList") || self.quantity("quantityList") || self.parent.is_some();
                if !named && !delete {
                    notes.fault("neither epcList nor quantityList is there");
                }
            }
            "QuantityEvent" => {
                if !self.quantity("quantityList") {
                    notes.fault("epcClass is missing");
                }
            }
            _ => {
                let inputs = !self.inputs.is_empty() || self.quantity("inputQuantityList");
                let outputs = !self.outputs.is_empty() || self.quantity("outputQuantityList");
                let linked = facts.transformation_id.is_some();
                if !(inputs && outputs) && !(linked && (inputs || outputs)) {
                    notes.fault("a transformation has inputs and outputs, or a transformationID and one of them");
                }
            }
        }
    }
}
