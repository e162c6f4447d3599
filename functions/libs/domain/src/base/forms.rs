//! The forms of texts in `qaops.toml` and in the run's input. Each pattern fits every text that [`super::validate`]
//! takes, so a JSON Schema refuses nothing that a run would accept.

use super::table::Form;

/// See [`super::validate::is_suite_name`].
pub(crate) const SUITE: Form = Form {
    is: "1 to 64 letters, digits, `-`, `_` and `.`, with a letter or digit first",
    pattern: r"^(?!.*\.\.)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$",
};

/// An object in S3.
pub(crate) const S3_URL: Form =
    Form { is: "`s3://bucket/key`", pattern: r"^s3://[a-z0-9.-]{3,63}/[^\u0000-\u001f\u007f-\u009f]{1,1024}$" };

/// A tag pattern of Robot Framework.
pub(crate) const TAG: Form = Form { is: "a tag or a tag pattern of Robot Framework", pattern: r"[^\s_]" };

/// A variable's name.
pub(crate) const VARIABLE: Form =
    Form { is: "a variable's name without `${}`", pattern: r"^[^\s0-9$@&%{}=:,-](?:[^$@&%{}=:,]*[^\s$@&%{}=:,])?$" };

/// A variable's value.
pub(crate) const VARIABLE_VALUE: Form = Form {
    is: "one line of at most 4096 bytes",
    pattern: r"^(?:[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{0,4095}[^\s\u0000-\u001f\u007f-\u009f\u2028\u2029])?$",
};

/// The name of a parameter of SSM.
pub(crate) const PARAMETER: Form = Form { is: "the name of an SSM parameter", pattern: r"^[A-Za-z0-9_.\-/]{1,1011}$" };

/// A program on the search path.
pub(crate) const PROGRAM: Form =
    Form { is: "the name of a program, without its folder", pattern: r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$" };

/// A path below the package's root.
pub(crate) const PATH: Form = Form {
    is: "a path below the package's root, with `/`",
    pattern: r"^(?![A-Za-z]:)(?!\.{1,2}(?:/|$))[^/\\]+(?:/(?!\.{1,2}(?:/|$))[^/\\]+)*$",
};

/// A command for a shell.
pub(crate) const COMMAND: Form = Form { is: "a command for the platform's shell", pattern: r"\S" };

/// A line of an argument file.
pub(crate) const ARGUMENT: Form =
    Form { is: "one line of an argument file of `robot`", pattern: r"^[^\s#](?:[^\u0000-\u001f\u007f-\u009f]*\S)?$" };

/// A branch.
pub(crate) const BRANCH: Form =
    Form { is: "a branch, 1 to 256 characters", pattern: r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,256}$" };

/// A label's key.
pub(crate) const LABEL: Form =
    Form { is: "a key of 1 to 128 letters, digits, `_`, `-`, `.`, `/` and `:`", pattern: r"^[A-Za-z0-9_./:-]{1,128}$" };

/// A label's value.
pub(crate) const LABEL_VALUE: Form =
    Form { is: "one line of at most 256 characters", pattern: r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{0,256}$" };

/// An instance type.
pub(crate) const INSTANCE_TYPE: Form =
    Form { is: "an instance type such as `m7i.xlarge`", pattern: r"^[a-z0-9-]{1,38}\.[a-z0-9-]{1,38}$" };

/// A package of Debian.
pub(crate) const PACKAGE: Form =
    Form { is: "a package's name in Debian, without a version", pattern: r"^[a-z0-9][a-z0-9+.-]{0,98}[a-z0-9+.]$" };

/// An address that a health check asks.
pub(crate) const URL: Form = Form { is: "an address with `http://`", pattern: r"^http://[!-~]+$" };

/// A gate.
pub(crate) const GATE: Form = Form { is: "a gate", pattern: r"\S" };

/// A pattern of long names.
pub(crate) const TESTS: Form = Form { is: "a pattern of tests' long names, with `*` and `?`", pattern: r"[^*?. _]" };

/// A line for people.
pub(crate) const LINE: Form = Form { is: "one line of at most 256 characters", pattern: r"\S" };
