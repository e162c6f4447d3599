//! The check of a desktop under X11: a window of ours is looked at, clicked and typed into.

use std::error::Error;
use std::time::{Duration, Instant};

use domain::package::plan::Desktop;
use x11rb::connection::{Connection, RequestConnection as _};
use x11rb::protocol::Event;
use x11rb::protocol::screensaver::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, Blanking, ConfigureWindowAux, ConnectionExt as _, CreateGCAux,
    CreateWindowAux, EventMask, Exposures, GrabMode, GrabStatus, ImageFormat, InputFocus, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, Rectangle, ScreenSaver, StackMode, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{CURRENT_TIME, NONE};

use super::fault::Fault;

/// How long a desktop may take to hold; a window of another program may just be about to close.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a window that wants to be the topmost has to get there.
const SETTLE: Duration = Duration::from_millis(100);

/// How long an input may take to arrive.
const INPUT: Duration = Duration::from_secs(1);

/// What talking to the X server may end with.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A window in the middle of the desktop, white on the left and black on the right.
struct Probe<'a> {
    connection: &'a RustConnection,
    root: Window,
    window: Window,
    /// Left, top, width, height.
    place: (i16, i16, u16, u16),
    /// What a pixel of the left and of the right half holds.
    colours: [u32; 2],
}

/// Waits until a window manager of the display has listed its windows, which is the last thing of its start.
pub(super) fn wait_for_manager(display: &str, most: Duration) -> std::result::Result<(), String> {
    let end = Instant::now() + most;
    while Instant::now() < end {
        if manages_windows(display).unwrap_or(false) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(format!("no window manager came up on {display} within {} s", most.as_secs()))
}

fn manages_windows(display: &str) -> Result<bool> {
    let (connection, number) = x11rb::connect(Some(display))?;
    let list = connection.intern_atom(false, b"_NET_CLIENT_LIST")?.reply()?.atom;
    let root = connection.setup().roots.get(number).ok_or("there is no screen")?.root;
    Ok(connection.get_property(false, root, list, AtomEnum::WINDOW, 0, 0)?.reply()?.type_ != NONE)
}

/// Checks the desktop of the variable `DISPLAY`.
pub(super) fn check(asked: Desktop) -> std::result::Result<(), Fault> {
    try_to_check(asked).unwrap_or_else(|error| Err(Fault::Unreachable(error.to_string())))
}

/// An outer error is one of the X server.
fn try_to_check(asked: Desktop) -> Result<std::result::Result<(), Fault>> {
    let (connection, number) = x11rb::connect(None)?;
    let screen = connection.setup().roots.get(number).ok_or("there is no screen")?;
    let root = screen.root;
    let size = connection.get_geometry(root)?.reply()?;
    if (size.width, size.height) != (asked.width, asked.height) {
        return Ok(Err(Fault::Size { asked, width: size.width, height: size.height }));
    }
    wake(&connection)?;
    let (pointer, focus) = (connection.query_pointer(root)?.reply()?, connection.get_input_focus()?.reply()?);
    let probe = Probe::open(&connection, number, asked)?;
    let end = Instant::now() + PATIENCE;
    let checked = loop {
        let checked = probe.look_and_touch(asked)?;
        if checked.is_ok() || Instant::now() > end {
            break checked;
        }
    };
    connection.destroy_window(probe.window)?;
    connection.set_input_focus(focus.revert_to, focus.focus, CURRENT_TIME)?;
    connection.warp_pointer(NONE, root, 0, 0, 0, 0, pointer.root_x, pointer.root_y)?;
    connection.sync()?;
    Ok(checked)
}

/// Turns the screen saver off for good.
fn wake(connection: &RustConnection) -> Result<()> {
    connection.set_screen_saver(0, 0, Blanking::DEFAULT, Exposures::DEFAULT)?.check()?;
    Ok(connection.force_screen_saver(ScreenSaver::RESET)?.check()?)
}

/// Whether the screen saver stayed off.
fn is_awake(connection: &RustConnection, root: Window) -> Result<bool> {
    let off = connection.get_screen_saver()?.reply()?.timeout == 0;
    if connection.extension_information(screensaver::X11_EXTENSION_NAME)?.is_none() {
        return Ok(off);
    }
    let state = connection.screensaver_query_info(root)?.reply()?.state;
    Ok(off && state != u8::from(screensaver::State::ON))
}

impl<'a> Probe<'a> {
    fn open(connection: &'a RustConnection, number: usize, desktop: Desktop) -> Result<Self> {
        let screen = connection.setup().roots.get(number).ok_or("there is no screen")?;
        let (width, height) = (desktop.width / 4, desktop.height / 4);
        let middle = |all: u16, part: u16| i16::try_from((all - part) / 2).unwrap_or_default();
        let place = (middle(desktop.width, width), middle(desktop.height, height), width, height);
        let window = connection.generate_id()?;
        // No window manager frames, moves or hides a window that overrides it.
        let looks = CreateWindowAux::new()
            .override_redirect(1)
            .background_pixel(screen.white_pixel)
            .event_mask(EventMask::BUTTON_PRESS | EventMask::KEY_PRESS);
        let (left, top, ..) = place;
        let class = WindowClass::INPUT_OUTPUT;
        connection.create_window(0, window, screen.root, left, top, width, height, 0, class, NONE, &looks)?.check()?;
        connection.map_window(window)?.check()?;
        let colours = [screen.white_pixel, screen.black_pixel];
        Ok(Self { connection, root: screen.root, window, place, colours })
    }

    fn look_and_touch(&self, asked: Desktop) -> Result<std::result::Result<(), Fault>> {
        self.raise()?;
        // Whatever turns it on again had some time for it, and no input of ours has turned it off.
        if !is_awake(self.connection, self.root)? {
            return Ok(Err(Fault::Locked("the screen saver does not go off".to_owned())));
        }
        if let Some(held) = self.held()? {
            return Ok(Err(Fault::Locked(format!("another program holds the {held} for itself"))));
        }
        if self.is_blank(asked)? {
            return Ok(Err(Fault::Blank));
        }
        if !self.is_seen()? {
            return Ok(Err(Fault::Covered));
        }
        if !self.gets_click()? {
            return Ok(Err(Fault::Deaf("a click".to_owned())));
        }
        Ok(if self.gets_key()? { Ok(()) } else { Err(Fault::Deaf("a key".to_owned())) })
    }

    /// Puts the window above all others, and paints its right half.
    fn raise(&self) -> Result<()> {
        let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        self.connection.configure_window(self.window, &above)?;
        self.connection.sync()?;
        std::thread::sleep(SETTLE);
        let (_, _, width, height) = self.place;
        let context = self.connection.generate_id()?;
        let paint = CreateGCAux::new().foreground(self.colours[1]);
        self.connection.create_gc(context, self.window, &paint)?;
        let x = i16::try_from(width / 2).unwrap_or_default();
        let right = Rectangle { x, y: 0, width: width / 2, height };
        self.connection.clear_area(false, self.window, 0, 0, 0, 0)?;
        self.connection.poly_fill_rectangle(self.window, context, &[right])?;
        self.connection.free_gc(context)?;
        Ok(self.connection.sync()?)
    }

    /// What another program has for itself: a lock screen takes both.
    fn held(&self) -> Result<Option<&'static str>> {
        let free = |status| status == GrabStatus::SUCCESS;
        let (connection, asynchronous) = (self.connection, GrabMode::ASYNC);
        let keyboard =
            connection.grab_keyboard(false, self.window, CURRENT_TIME, asynchronous, asynchronous)?.reply()?.status;
        connection.ungrab_keyboard(CURRENT_TIME)?;
        let mask = EventMask::BUTTON_PRESS;
        let grab =
            connection.grab_pointer(false, self.window, mask, asynchronous, asynchronous, NONE, NONE, CURRENT_TIME)?;
        let pointer = grab.reply()?.status;
        connection.ungrab_pointer(CURRENT_TIME)?;
        connection.sync()?;
        Ok((!free(keyboard)).then_some("keyboard").or((!free(pointer)).then_some("pointer")))
    }

    /// Whether a screenshot of the whole desktop has one colour only.
    fn is_blank(&self, asked: Desktop) -> Result<bool> {
        let picture = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, asked.width, asked.height, !0)?
            .reply()?
            .data;
        let mut pixels = picture.chunks_exact(4);
        let first = pixels.next();
        Ok(pixels.all(|pixel| Some(pixel) == first))
    }

    /// Whether both halves of the window are to be seen on the desktop.
    fn is_seen(&self) -> Result<bool> {
        let (left, top, width, height) = self.place;
        let quarter = i16::try_from(width / 4).unwrap_or_default();
        let y = top + i16::try_from(height / 2).unwrap_or_default();
        Ok(self.shows(left + quarter, y, self.colours[0])? && self.shows(left + 3 * quarter, y, self.colours[1])?)
    }

    fn shows(&self, x: i16, y: i16, colour: u32) -> Result<bool> {
        let picture = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, 1, 1, !0)?.reply()?;
        let unused = 32 - u32::from(picture.depth.clamp(1, 32));
        let pixel = picture.data.iter().take(4).rev().fold(0, |pixel, byte| pixel << 8 | u32::from(*byte));
        Ok(pixel << unused == colour << unused)
    }

    fn gets_click(&self) -> Result<bool> {
        let (left, top, width, height) = self.place;
        let (half_width, half_height) = (i16::try_from(width / 2)?, i16::try_from(height / 2)?);
        let (x, y) = (left + half_width, top + half_height);
        self.connection.xtest_fake_input(MOTION_NOTIFY_EVENT, 0, CURRENT_TIME, self.root, x, y, 0)?;
        self.fake([BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT], 1)?;
        self.gets(|event| matches!(event, Event::ButtonPress(_)))
    }

    /// The key is Shift: wherever it goes, it writes nothing.
    fn gets_key(&self) -> Result<bool> {
        let modifiers = self.connection.get_modifier_mapping()?.reply()?.keycodes;
        let shift = *modifiers.iter().find(|code| **code != 0).ok_or("the keyboard has no key Shift")?;
        self.connection.set_input_focus(InputFocus::PARENT, self.window, CURRENT_TIME)?;
        self.connection.sync()?;
        self.fake([KEY_PRESS_EVENT, KEY_RELEASE_EVENT], shift)?;
        self.gets(|event| matches!(event, Event::KeyPress(_)))
    }

    fn fake(&self, events: [u8; 2], detail: u8) -> Result<()> {
        for event in events {
            self.connection.xtest_fake_input(event, detail, CURRENT_TIME, self.root, 0, 0, 0)?;
        }
        Ok(self.connection.sync()?)
    }

    fn gets(&self, wanted: impl Fn(&Event) -> bool) -> Result<bool> {
        let end = Instant::now() + INPUT;
        while Instant::now() < end {
            match self.connection.poll_for_event()? {
                Some(event) if wanted(&event) => return Ok(true),
                Some(_) => {}
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        Ok(false)
    }
}
