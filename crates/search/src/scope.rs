//! Scopes: which documents they allow, and whether they allow one.

use crate::index::Index;
use crate::query::{MarkedReach, Scope, ScopeTerm, Within};
use crate::schema::Id;
use crate::set::{Set, any};

impl Index {
    /// Whether a document is in the index and a scope allows it. Looks at that document alone, whatever the size of the
    /// index.
    #[must_use]
    pub fn within(&self, id: &Id, scope: &Scope) -> bool {
        self.slot(id).is_some_and(|slot| match scope {
            Scope::Nothing => false,
            Scope::All => true,
            Scope::Any(terms) => terms.iter().any(|term| self.has_term(slot, *term)),
            Scope::Marked(reaches) => reaches.iter().any(|reach| self.reaches(slot, reach)),
        })
    }

    /// The documents a scope allows.
    pub(crate) fn allowed(&self, scope: &Scope) -> Set<'_> {
        match scope {
            Scope::Nothing => Set::EMPTY,
            Scope::All => Set::All(self.live.len()),
            Scope::Any(terms) => Set::any_of(terms.iter().map(|term| self.term(*term)).collect()),
            Scope::Marked(reaches) => {
                Set::any_of(reaches.iter().map(|reach| self.reached(reach)).collect())
            }
        }
    }

    fn reached(&self, reach: &MarkedReach) -> Set<'_> {
        let related = match reach.within {
            None => self.related(reach),
            Some(within) => Set::all_of(vec![self.confined(within), self.related(reach)]),
        };
        match &reach.marks {
            None => related,
            Some(marks) => {
                let marked = any(marks.iter().map(|mark| self.marks.set(Some(mark))));
                Set::all_of(vec![related, marked])
            }
        }
    }

    fn confined(&self, within: Within) -> Set<'_> {
        match within {
            Within::Customer(id) => Set::of_list(self.slot(&id).into_iter().collect()),
            Within::Department(id) => self.term(ScopeTerm::Department(id)),
        }
    }

    /// The four parts do not overlap: what is one's own is in no department's part.
    fn related(&self, reach: &MarkedReach) -> Set<'_> {
        let own = || {
            reach
                .owner
                .map_or(Set::EMPTY, |id| self.term(ScopeTerm::Owner(id)))
        };
        let department = reach.department.map(ScopeTerm::Department);
        let below = reach
            .below
            .iter()
            .filter(|id| reach.department.as_ref() != Some(*id))
            .map(|id| ScopeTerm::Department(*id));
        let of = |terms: &mut dyn Iterator<Item = ScopeTerm>| {
            Set::any_of(terms.map(|term| self.term(term)).collect())
        };
        let [o, d, b, e] = reach.reached;
        if reach.reached == [true; 4] {
            return Set::All(self.live.len());
        }
        let reached_departments = of(&mut department
            .filter(|_| d)
            .into_iter()
            .chain(below.clone().filter(|_| b)));
        let inner = if o {
            Set::any_of(vec![own(), reached_departments])
        } else {
            reached_departments.without(&own())
        };
        if !e {
            return inner;
        }
        let near = Set::any_of(vec![own(), of(&mut department.into_iter().chain(below))]);
        Set::any_of(vec![inner, Set::Posting(&self.live).without(&near)])
    }

    fn term(&self, term: ScopeTerm) -> Set<'_> {
        let set = match term {
            ScopeTerm::Owner(id) => self.owners.set(Some(&id)),
            ScopeTerm::Department(id) => self.departments.set(Some(&id)),
        };
        set.map_or(Set::EMPTY, Set::Posting)
    }

    fn has_term(&self, slot: u32, term: ScopeTerm) -> bool {
        match term {
            ScopeTerm::Owner(id) => self.owner(slot) == Some(&id),
            ScopeTerm::Department(id) => self.department(slot) == Some(&id),
        }
    }

    /// What [`Index::reached`] says of all documents, of one.
    fn reaches(&self, slot: u32, reach: &MarkedReach) -> bool {
        let at = slot as usize;
        let (owner, department) = (self.owner(slot), self.department(slot));
        let [own, same, below, others] = reach.reached;
        let near = if owner.is_some() && owner == reach.owner.as_ref() {
            own
        } else if department.is_some() && department == reach.department.as_ref() {
            same
        } else if department.is_some_and(|id| reach.below.contains(id)) {
            below
        } else {
            others
        };
        let mark = || self.marks.key(self.table.marks[at]);
        near && match reach.within {
            None => true,
            Some(Within::Customer(id)) => self.table.ids[at] == id,
            Some(Within::Department(id)) => department == Some(&id),
        } && reach
            .marks
            .as_ref()
            .is_none_or(|marks| mark().is_some_and(|mark| marks.contains(mark)))
    }

    fn owner(&self, slot: u32) -> Option<&Id> {
        self.owners.key(self.table.owners[slot as usize])
    }

    fn department(&self, slot: u32) -> Option<&Id> {
        self.departments.key(self.table.departments[slot as usize])
    }
}
