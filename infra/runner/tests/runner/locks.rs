//! Programs that take a desktop away, as lock screens and broken displays do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::protocol::shape::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{
    ButtonIndex, ClipOrdering, ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, EventMask, Grab,
    GrabMode, ModMask, Rectangle, ScreenSaver, StackMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{CURRENT_TIME, NONE};

/// How the desktop is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    /// A picture, by a program that takes every key and click.
    Locked,
    /// Nothing but black, through which every click goes.
    Black,
    /// A picture, which takes the clicks on it.
    Striped,
    /// Nothing is to be seen, but no other window gets a click.
    TakesClicks,
    /// Nothing is to be seen, but no other window gets a key.
    TakesKeys,
    /// The screen saver is turned on again and again.
    Asleep,
}

/// A program that takes a desktop away, as long as this lives.
#[derive(Debug)]
pub(crate) struct Lock {
    over: Arc<AtomicBool>,
    program: Option<JoinHandle<()>>,
}

impl Lock {
    /// Takes a display away; returns when it is done.
    pub(crate) fn new(display: &str, looks: Looks) -> Self {
        let (connection, number) = x11rb::connect(Some(display)).unwrap();
        let root = connection.setup().roots[number].root;
        let window = match looks {
            Looks::Locked | Looks::Black | Looks::Striped => Some(cover(&connection, number, looks)),
            Looks::TakesClicks | Looks::TakesKeys => {
                grab(&connection, root, looks);
                None
            }
            Looks::Asleep => {
                sleep(&connection);
                None
            }
        };
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let program = std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                match window {
                    Some(window) => stay_above(&connection, window, looks),
                    None if looks == Looks::Asleep => sleep(&connection),
                    None => {}
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Self { over, program: Some(program) }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(program) = self.program.take() {
            let _ = program.join();
        }
    }
}

fn cover(connection: &RustConnection, number: usize, looks: Looks) -> Window {
    let screen = &connection.setup().roots[number];
    let window = connection.generate_id().unwrap();
    let about = CreateWindowAux::new()
        .override_redirect(1)
        .background_pixel(screen.black_pixel)
        .event_mask(EventMask::BUTTON_PRESS);
    let (width, height, class) = (screen.width_in_pixels, screen.height_in_pixels, WindowClass::INPUT_OUTPUT);
    connection.create_window(0, window, screen.root, 0, 0, width, height, 0, class, NONE, &about).unwrap();
    if looks == Looks::Black {
        let (set, input) = (shape::SO::SET, shape::SK::INPUT);
        connection.shape_rectangles(set, input, ClipOrdering::UNSORTED, window, 0, 0, &[]).unwrap();
    }
    connection.map_window(window).unwrap();
    connection.sync().unwrap();
    if looks == Looks::Locked {
        let mode = GrabMode::ASYNC;
        connection.grab_keyboard(false, window, CURRENT_TIME, mode, mode).unwrap().reply().unwrap();
        let mask = EventMask::BUTTON_PRESS;
        connection.grab_pointer(false, window, mask, mode, mode, NONE, NONE, CURRENT_TIME).unwrap().reply().unwrap();
    }
    window
}

/// Takes every click or every key, wherever it goes, from when it is pressed.
fn grab(connection: &RustConnection, root: Window, looks: Looks) {
    let (mode, any) = (GrabMode::ASYNC, ModMask::ANY);
    let mask = EventMask::BUTTON_PRESS;
    let taken = match looks {
        Looks::TakesClicks => connection.grab_button(false, root, mask, mode, mode, NONE, NONE, ButtonIndex::ANY, any),
        _ => connection.grab_key(false, root, any, Grab::ANY, mode, mode),
    };
    taken.unwrap().check().unwrap();
}

fn sleep(connection: &RustConnection) {
    connection.force_screen_saver(ScreenSaver::ACTIVE).unwrap().check().unwrap();
}

fn stay_above(connection: &RustConnection, window: Window, looks: Looks) {
    let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
    connection.configure_window(window, &above).unwrap();
    if looks != Looks::Black {
        let paint = CreateGCAux::new().foreground(0x00a0_5020);
        let context = connection.generate_id().unwrap();
        connection.create_gc(context, window, &paint).unwrap();
        let stripe = Rectangle { x: 0, y: 0, width: 8, height: 4000 };
        connection.poly_fill_rectangle(window, context, &[stripe]).unwrap();
        connection.free_gc(context).unwrap();
    }
    connection.sync().unwrap();
}
