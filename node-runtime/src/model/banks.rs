//! Keeps the models of one place side by side, type by type.
//!
//! A step walks through thousands of models in order. Boxes of their own would lie wherever the allocator
//! found a hole; in one array per type they follow each other, so the walk is as fast for a hundred thousand
//! models as for ten.

use super::{Io, Model, StepError};
use core::any::{Any, TypeId};

/// The models of one place.
#[derive(Default)]
pub struct Banks {
    banks: Vec<Box<dyn Bank>>,
    types: Vec<TypeId>,
}

/// Where a model stands in [`Banks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    bank: u32,
    index: u32,
}

/// Lets any model be moved from its box to the bank of its type. Implemented for every [`Model`].
pub trait Store {
    /// Moves the model to its bank.
    fn store(self: Box<Self>, banks: &mut Banks) -> Stand;

    /// Puts the model in the place of another. Returns false, and changes nothing, if that is of another type.
    fn replace(self: Box<Self>, banks: &mut Banks, stand: Stand) -> bool;
}

impl<M: Model + 'static> Store for M {
    fn store(self: Box<Self>, banks: &mut Banks) -> Stand {
        banks.push(*self)
    }

    fn replace(self: Box<Self>, banks: &mut Banks, stand: Stand) -> bool {
        let any: &mut dyn Any = &mut *banks.banks[stand.bank as usize];
        let Some(models) = any.downcast_mut::<Vec<M>>() else { return false };
        models[stand.index as usize] = *self;
        true
    }
}

impl Banks {
    /// Steps a model.
    ///
    /// # Errors
    /// That of the model.
    #[inline]
    pub fn step(&mut self, stand: Stand, io: &mut Io<'_>) -> Result<(), StepError> {
        self.banks[stand.bank as usize].step(stand.index as usize, io)
    }

    /// A model.
    pub fn model(&self, stand: Stand) -> &dyn Model {
        self.banks[stand.bank as usize].model(stand.index as usize)
    }

    /// A model, to be changed.
    pub fn model_mut(&mut self, stand: Stand) -> &mut dyn Model {
        self.banks[stand.bank as usize].model_mut(stand.index as usize)
    }

    fn push<M: Model + 'static>(&mut self, model: M) -> Stand {
        let of_type = TypeId::of::<M>();
        let bank = self.types.iter().position(|&other| other == of_type).unwrap_or_else(|| {
            self.types.push(of_type);
            self.banks.push(Box::new(Vec::<M>::new()));
            self.types.len() - 1
        });
        let any: &mut dyn Any = &mut *self.banks[bank];
        let models = any.downcast_mut::<Vec<M>>().expect("a bank holds the type it was made for");
        models.push(model);
        Stand { bank: bank as u32, index: models.len() as u32 - 1 }
    }
}

/// All models of one type.
trait Bank: Any + Send {
    fn step(&mut self, index: usize, io: &mut Io<'_>) -> Result<(), StepError>;
    fn model(&self, index: usize) -> &dyn Model;
    fn model_mut(&mut self, index: usize) -> &mut dyn Model;
}

impl<M: Model + 'static> Bank for Vec<M> {
    #[inline]
    fn step(&mut self, index: usize, io: &mut Io<'_>) -> Result<(), StepError> {
        self[index].step(io)
    }

    fn model(&self, index: usize) -> &dyn Model {
        &self[index]
    }

    fn model_mut(&mut self, index: usize) -> &mut dyn Model {
        &mut self[index]
    }
}
