//! Which element may stand in which, after Robot Framework's own reader of results.

use super::error::Refusal;

/// What an element means where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Robot,
    Statistics,
    Errors,
    /// Any child of `errors`, whatever its name.
    ErrorMessage,
    Suite,
    SuiteDoc,
    SuiteStatus,
    /// `metadata` of versions before 4.
    Metadata,
    /// `meta`, or `item` of versions before 4.
    MetadataItem(&'static str),
    Test,
    TestStatus,
    TestTags,
    TestTag,
    Keyword,
    /// A setup or teardown, which cannot assign variables.
    Fixture,
    /// `kw type="foritem"` of versions before 4.
    LegacyIteration,
    KeywordTags,
    Arguments,
    Assign,
    For,
    ForIteration,
    While,
    WhileIteration,
    Group,
    If,
    IfBranch,
    Try,
    TryBranch,
    Variable,
    Return,
    Continue,
    Break,
    Error,
    ItemStatus,
    Message,
    /// An element without children whose text is not kept.
    Leaf(&'static str),
}

impl Kind {
    /// The root of a file, if `name` can be one.
    pub(super) fn root(name: &str) -> Result<Kind, Refusal> {
        match name {
            "robot" => Ok(Kind::Robot),
            "suite" => Ok(Kind::Suite),
            _ => Err(Refusal::Root(name.chars().take(80).collect())),
        }
    }

    /// The meaning of an element called `name` in this one.
    pub(super) fn child(self, name: &str) -> Result<Kind, Refusal> {
        self.allowed(name).ok_or_else(|| Refusal::child(name, self.tag()))
    }

    fn allowed(self, name: &str) -> Option<Kind> {
        match self {
            Kind::Statistics => Some(Kind::Statistics),
            Kind::Errors => Some(Kind::ErrorMessage),
            Kind::Robot | Kind::Suite | Kind::Metadata | Kind::Test | Kind::TestTags => self.in_suite(name),
            Kind::Keyword | Kind::Fixture | Kind::LegacyIteration => self.in_keyword(name).or_else(|| in_body(name)),
            Kind::KeywordTags => only(name, "tag"),
            Kind::Arguments => only(name, "arg"),
            Kind::Assign => self.variable(name),
            _ => self.in_control(name),
        }
    }

    fn in_suite(self, name: &str) -> Option<Kind> {
        Some(match (self, name) {
            (Kind::Robot | Kind::Suite, "suite") => Kind::Suite,
            (Kind::Robot, "statistics") => Kind::Statistics,
            (Kind::Robot, "errors") => Kind::Errors,
            (Kind::Suite, "test") => Kind::Test,
            (Kind::Suite, "kw") => Kind::Keyword,
            (Kind::Suite, "doc") => Kind::SuiteDoc,
            (Kind::Suite, "status") => Kind::SuiteStatus,
            (Kind::Suite, "metadata") => Kind::Metadata,
            (Kind::Suite, "meta") => Kind::MetadataItem("meta"),
            (Kind::Metadata, "item") => Kind::MetadataItem("item"),
            (Kind::Test, "status") => Kind::TestStatus,
            (Kind::Test, "tags") => Kind::TestTags,
            (Kind::Test | Kind::TestTags, "tag") => Kind::TestTag,
            (Kind::Test, "meta") => Kind::Leaf("meta"),
            (Kind::Test, "doc") => Kind::Leaf("doc"),
            (Kind::Test, "timeout") => Kind::Leaf("timeout"),
            (Kind::Test, _) => return in_body(name),
            _ => return None,
        })
    }

    fn in_keyword(self, name: &str) -> Option<Kind> {
        Some(match name {
            "arg" => Kind::Leaf("arg"),
            "arguments" => Kind::Arguments,
            "assign" if self == Kind::Keyword => Kind::Assign,
            "assign" => Kind::Leaf("assign"),
            "doc" => Kind::Leaf("doc"),
            "tag" => Kind::Leaf("tag"),
            "tags" => Kind::KeywordTags,
            "timeout" => Kind::Leaf("timeout"),
            "status" => Kind::ItemStatus,
            "var" => return self.variable(name),
            _ => return None,
        })
    }

    /// A `var`, which Robot Framework refuses where nothing can be assigned.
    fn variable(self, name: &str) -> Option<Kind> {
        let assigns = matches!(self, Kind::Keyword | Kind::Assign | Kind::For | Kind::ForIteration | Kind::Variable);
        (assigns && name == "var").then_some(Kind::Leaf("var"))
    }

    fn in_control(self, name: &str) -> Option<Kind> {
        let iterates = matches!(self, Kind::ForIteration | Kind::WhileIteration);
        let branch = matches!(self, Kind::IfBranch | Kind::TryBranch);
        match (self, name) {
            (Kind::For, "iter") => Some(Kind::ForIteration),
            (Kind::While, "iter") => Some(Kind::WhileIteration),
            (Kind::If, "branch") => Some(Kind::IfBranch),
            (Kind::Try, "branch") => Some(Kind::TryBranch),
            (Kind::TryBranch, "pattern") => Some(Kind::Leaf("pattern")),
            (Kind::For | Kind::Return | Kind::Error, "value") => Some(Kind::Leaf("value")),
            (Kind::For | Kind::While | Kind::If | Kind::Try, "doc") => Some(Kind::Leaf("doc")),
            (_, "doc") if iterates || branch => Some(Kind::Leaf("doc")),
            (_, "var") => self.variable(name),
            (_, "status") if self.is_item() => Some(Kind::ItemStatus),
            (_, "kw") if self.is_item() => Some(Kind::Keyword),
            (_, "msg") if self.is_item() => Some(Kind::Message),
            _ if iterates || branch || self == Kind::Group => in_body(name),
            _ => None,
        }
    }

    /// Something of a test's or keyword's body with a status and times of its own.
    pub(super) fn is_item(self) -> bool {
        use Kind::{
            Break, Continue, Error, Fixture, For, ForIteration, Group, If, IfBranch, Keyword, LegacyIteration, Return,
            Try, TryBranch, Variable, While, WhileIteration,
        };
        let loops = matches!(self, For | ForIteration | While | WhileIteration | LegacyIteration);
        let choices = matches!(self, If | IfBranch | Try | TryBranch);
        loops || choices || matches!(self, Keyword | Fixture | Group | Variable | Return | Continue | Break | Error)
    }

    /// What a keyword with this `type` is in an element of this kind.
    pub(super) fn keyword(self, kind: &str) -> Result<Kind, Refusal> {
        let whole = matches!(self, Kind::Suite | Kind::Test | Kind::Keyword | Kind::Fixture | Kind::LegacyIteration);
        match kind.to_lowercase().as_str() {
            "" | "keyword" => Ok(Kind::Keyword),
            "setup" | "teardown" if whole => Ok(Kind::Fixture),
            "for" if self != Kind::Suite => Ok(Kind::Keyword),
            "foritem" | "iteration" if self != Kind::Suite => Ok(Kind::LegacyIteration),
            _ => Err(Refusal::value("keyword type", kind)),
        }
    }

    /// Whether a `branch` of this kind may have an attribute with this name.
    pub(super) fn branch_attribute(self, name: &str) -> bool {
        let times = matches!(name, "status" | "message" | "start_time" | "end_time" | "elapsed_time");
        times
            || match self {
                Kind::IfBranch => matches!(name, "type" | "condition"),
                _ => matches!(name, "type" | "patterns" | "pattern_type" | "assign" | "variable"),
            }
    }

    /// Name of the element, for messages.
    fn tag(self) -> &'static str {
        match self {
            Kind::Robot => "robot",
            Kind::Statistics => "statistics",
            Kind::Errors => "errors",
            Kind::ErrorMessage | Kind::Message => "msg",
            Kind::Suite => "suite",
            Kind::SuiteDoc => "doc",
            Kind::SuiteStatus | Kind::TestStatus | Kind::ItemStatus => "status",
            Kind::Metadata => "metadata",
            Kind::MetadataItem(name) | Kind::Leaf(name) => name,
            Kind::Test => "test",
            Kind::TestTags | Kind::KeywordTags => "tags",
            Kind::TestTag => "tag",
            Kind::Keyword | Kind::Fixture | Kind::LegacyIteration => "kw",
            Kind::Arguments => "arguments",
            Kind::Assign => "assign",
            Kind::For => "for",
            Kind::ForIteration | Kind::WhileIteration => "iter",
            Kind::While => "while",
            Kind::Group => "group",
            Kind::If => "if",
            Kind::IfBranch | Kind::TryBranch => "branch",
            Kind::Try => "try",
            Kind::Variable => "variable",
            Kind::Return => "return",
            Kind::Continue => "continue",
            Kind::Break => "break",
            Kind::Error => "error",
        }
    }
}

fn only(name: &str, allowed: &'static str) -> Option<Kind> {
    (name == allowed).then_some(Kind::Leaf(allowed))
}

/// What may stand in the body of a test, a keyword, a branch, an iteration or a group.
fn in_body(name: &str) -> Option<Kind> {
    Some(match name {
        "kw" => Kind::Keyword,
        "msg" => Kind::Message,
        "if" => Kind::If,
        "for" => Kind::For,
        "try" => Kind::Try,
        "while" => Kind::While,
        "group" => Kind::Group,
        "variable" => Kind::Variable,
        "return" => Kind::Return,
        "break" => Kind::Break,
        "continue" => Kind::Continue,
        "error" => Kind::Error,
        _ => return None,
    })
}
