//! Who looks at a run.

use super::Failure;
use super::page::{Page, Web};
use crate::shell::{Exhibit, RunExhibit};
use std::path::PathBuf;
use std::sync::Arc;

/// Those who look at a run, and command it.
pub(super) trait Audience {
    /// Whether there will be any.
    fn is_wanted(&self) -> bool;

    /// Shows the run, whose result goes to `result`, from now on.
    fn show(&mut self, exhibit: &Arc<RunExhibit>, result: &str) -> Result<(), Failure>;

    /// Scenarios besides the one that runs, over which nothing may be written.
    fn scenarios(&self) -> &[PathBuf] {
        &[]
    }
}

/// Those who open the page of `scenario run`.
pub(super) struct Visitors<'a> {
    web: &'a Web,
    quiet: bool,
    page: Option<Page>,
}

impl<'a> Visitors<'a> {
    /// Visitors of the page that these options ask for; where it is is said unless it is to be `quiet`.
    pub(super) const fn new(web: &'a Web, quiet: bool) -> Self {
        Self { web, quiet, page: None }
    }

    /// The page, if there is one.
    pub(super) fn into_page(self) -> Option<Page> {
        self.page
    }
}

impl Audience for Visitors<'_> {
    fn is_wanted(&self) -> bool {
        self.web.is_wanted()
    }

    fn show(&mut self, exhibit: &Arc<RunExhibit>, _result: &str) -> Result<(), Failure> {
        self.page = self.web.start(!self.quiet, &(Arc::clone(exhibit) as Arc<dyn Exhibit>))?;
        Ok(())
    }
}
