//! What may be wrong with a desktop.

use domain::package::plan::Desktop;

/// What is wrong with a desktop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is none, or it does not answer.
    #[error("the desktop cannot be reached: {0}")]
    Unreachable(String),
    /// The server runs where services run.
    #[error("the desktop server runs in session 0, where no window can be seen")]
    Session,
    /// It has another size.
    #[error("the desktop has {width}x{height} pixels instead of {}x{}", asked.width, asked.height)]
    Size {
        /// The size that was asked for.
        asked: Desktop,
        /// Its width.
        width: u16,
        /// Its height.
        height: u16,
    },
    /// A lock screen, a screen saver or another program has the keyboard or the pointer for itself.
    #[error("the desktop is locked: {0}")]
    Locked(String),
    /// Nothing can be seen.
    #[error("a screenshot of the desktop has one colour only, though a window of two colours is open")]
    Blank,
    /// Something else is to be seen where a window was opened.
    #[error("a screenshot of the desktop does not show a window that was opened: something lies over it")]
    Covered,
    /// An input did not arrive.
    #[error("a window on the desktop does not get {0}")]
    Deaf(String),
}

impl Fault {
    /// The error's name in the manifest.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "Runner.DesktopAbsent",
            Self::Session => "Runner.DesktopSession",
            Self::Size { .. } => "Runner.DesktopSize",
            Self::Locked(_) => "Runner.DesktopLocked",
            Self::Blank => "Runner.DesktopBlank",
            Self::Covered => "Runner.DesktopCovered",
            Self::Deaf(_) => "Runner.DesktopDeaf",
        }
    }
}
