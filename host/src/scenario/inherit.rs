//! Section inheritance (spec/models.md 0.2): which mapping a model's section is.
//!
//! A section that a model lacks is that of the nearest earlier model that has one, as one shared mapping: when
//! a CSV model adds its columns to the states it was given, every owner of this mapping has them from then on.
//! So sections live in an arena, and models hold ids. The same holds for `time_step_size`.

use super::report::{Located, Mark};
use super::schema::{Entry, RawModel, RawSection};
use illuminator_node::model::SectionKind;
use illuminator_node::value::Value;

/// A mapping in the [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SectionId(usize);

/// A mapping and the model that brought it in.
pub(super) struct Shared {
    /// Position in the file's model list.
    pub(super) owner: usize,
    pub(super) section: RawSection,
}

impl Shared {
    /// The entry of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.section.entries.iter().find(|entry| entry.name.value == name)
    }
}

/// The mappings of all sections of all models.
#[derive(Default)]
pub(super) struct Arena(Vec<Shared>);

impl Arena {
    /// The mapping of an id.
    pub(super) fn get(&self, id: SectionId) -> &Shared {
        &self.0[id.0]
    }

    fn add(&mut self, owner: usize, section: RawSection) -> SectionId {
        self.0.push(Shared { owner, section });
        SectionId(self.0.len() - 1)
    }
}

/// The sections that one model has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sections {
    /// By [`SectionKind`]: its own or an inherited mapping; `None` for the class defaults.
    ids: [Option<SectionId>; 4],
    /// Whether the model's own entry has the section.
    own: [bool; 4],
}

impl Sections {
    /// The mapping, own or inherited.
    pub(super) fn id(&self, kind: SectionKind) -> Option<SectionId> {
        self.ids[kind as usize]
    }

    /// The mapping, if the model's own entry has it.
    pub(super) fn own(&self, kind: SectionKind) -> Option<SectionId> {
        self.id(kind).filter(|_| self.own[kind as usize])
    }

    /// The mapping, if it comes from an earlier model.
    pub(super) fn inherited(&self, kind: SectionKind) -> Option<SectionId> {
        self.id(kind).filter(|_| !self.own[kind as usize])
    }
}

/// A `time_step_size` and the model that declared it.
#[derive(Clone, Copy)]
pub(super) struct StepSize {
    /// [co-simulation steps]
    pub(super) steps: i64,
    /// Position in the file's model list.
    pub(super) owner: usize,
}

/// What the next model of the list would inherit.
#[derive(Default)]
pub(super) struct Inheritance {
    pub(super) arena: Arena,
    current: Sections,
    step_size: Option<StepSize>,
}

impl Inheritance {
    /// Takes the sections out of a model's entry; answers what it has after inheritance.
    pub(super) fn enter(&mut self, model: usize, raw: &mut RawModel) -> Sections {
        self.current.own = [false; 4];
        for kind in SectionKind::ALL {
            if let Some(section) = raw.sections[kind as usize].take() {
                self.current.ids[kind as usize] = Some(self.arena.add(model, section));
                self.current.own[kind as usize] = true;
            }
        }
        if let Some(Located { value: steps, .. }) = raw.step_size {
            self.step_size = Some(StepSize { steps, owner: model });
        }
        self.current
    }

    /// What a model without any section of its own would have now.
    pub(super) fn current(&self) -> Sections {
        Sections { own: [false; 4], ..self.current }
    }

    /// The step size that holds now, if any model declared one.
    pub(super) fn step_size(&self) -> Option<StepSize> {
        self.step_size
    }

    /// A CSV model adds its columns, valued null, to the states that it has; where there are none yet, it
    /// starts a mapping that later models inherit. `mark` is where the model names its file.
    pub(super) fn add_columns(&mut self, model: usize, mark: Mark, columns: &[String]) -> Sections {
        let states = SectionKind::States as usize;
        let id = match self.current.ids[states] {
            Some(id) => id,
            None => self.arena.add(model, RawSection { mark, entries: Vec::new() }),
        };
        self.current.ids[states] = Some(id);
        let entries = &mut self.arena.0[id.0].section.entries;
        for column in columns {
            match entries.iter_mut().find(|entry| entry.name.value == *column) {
                Some(entry) => entry.value.value = Value::Null,
                None => entries.push(Entry {
                    name: Located { value: column.clone(), mark },
                    value: Located { value: Value::Null, mark },
                }),
            }
        }
        self.current
    }
}
