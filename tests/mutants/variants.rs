//! The broken variants.

/// A variant of the code that breaks one of its promises.
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    pub(crate) changes: &'static [Change],
}

/// A text that stands in a file once, and what stands there instead.
pub(crate) struct Change {
    pub(crate) file: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
}

const NODE: &str = "node-runtime/src/node/mod.rs";
const RUN: &str = "node-runtime/src/node/run.rs";

pub(crate) const VARIANTS: &[Variant] = &[
    // What is asked again is computed again.
    Variant {
        name: "reply cache off",
        changes: &[Change {
            file: RUN,
            from: "if turn != self.next || self.failed || stage",
            to: "if self.failed || stage",
        }],
    },
    // A node that works for another run takes what belongs to this one.
    Variant {
        name: "run id unchecked",
        changes: &[Change {
            file: NODE,
            from: "if self.run() != Some(run) =>",
            to: "if self.run().is_none() =>",
        }],
    },
    // A node that has started anew is taken for one that has its state.
    Variant {
        name: "boot id unchecked",
        changes: &[Change {
            file: "protocol/src/initiator.rs",
            from: "let rebooted = self.boot_last.is_some_and(|boot| boot != hello.boot);",
            to: "let rebooted = false;",
        }],
    },
    // A packet number counts as often as it comes.
    Variant {
        name: "replay window off",
        changes: &[Change {
            file: "protocol/src/replay.rs",
            from: "if self.seen & bit != 0 {",
            to: "if bit == 0 {",
        }],
    },
    // A node hands over the state before the step that it computed last.
    Variant {
        name: "snapshot one step stale",
        changes: &[
            Change {
                file: RUN,
                from: "    failed: bool,\n",
                to: "    failed: bool,\n    before: Vec<u8>,\n",
            },
            Change { file: RUN, from: "failed: false,", to: "failed: false, before: Vec::new()," },
            Change {
                file: RUN,
                from: "        counters.computed += 1;\n",
                to: "        counters.computed += 1;\n        if stage == 0 { self.before = self.engine.snapshot().to_bytes(); }\n",
            },
            Change {
                file: RUN,
                from: "state: self.engine.snapshot().to_bytes() })",
                to: "state: if self.before.is_empty() { self.engine.snapshot().to_bytes() } else { self.before.clone() } })",
            },
        ],
    },
];
