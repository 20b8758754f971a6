//! What a hand does with a button.

/// How long a button is pressed before it counts as held `[µs]`.
pub const HELD_US: u64 = 5_000_000;

/// Something that a hand did with the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonEvent {
    /// It was pressed.
    Pressed,
    /// It has been pressed for [`HELD_US`]. Told once.
    Held,
    /// It was released.
    Released,
}

/// A button whose level is known without noise. Released until shown otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Button {
    /// Since when it is pressed, while that may still become a long time `[µs]`.
    pressed_us: Option<u64>,
}

impl Button {
    /// The level changed at `now_us` `[µs]`.
    pub const fn change(&mut self, pressed: bool, now_us: u64) -> ButtonEvent {
        self.pressed_us = if pressed { Some(now_us) } else { None };
        if pressed { ButtonEvent::Pressed } else { ButtonEvent::Released }
    }

    /// Whether it has become a long time, once.
    pub fn poll(&mut self, now_us: u64) -> Option<ButtonEvent> {
        let held = now_us.saturating_sub(self.pressed_us?) >= HELD_US;
        held.then(|| {
            self.pressed_us = None;
            ButtonEvent::Held
        })
    }

    /// When [`poll`](Self::poll) wants to be called `[µs]`; `None` if not before the next change.
    pub fn poll_timeout(&self) -> Option<u64> {
        self.pressed_us.map(|pressed_us| pressed_us.saturating_add(HELD_US))
    }
}

#[cfg(test)]
mod tests {
    use super::{Button, ButtonEvent, HELD_US};

    #[test]
    fn a_long_press_is_told_once() {
        let mut button = Button::default();
        assert_eq!(button.change(true, 1_000), ButtonEvent::Pressed);
        assert_eq!(button.poll_timeout(), Some(1_000 + HELD_US));
        assert_eq!(button.poll(999 + HELD_US), None);
        assert_eq!(button.poll(1_000 + HELD_US), Some(ButtonEvent::Held));
        assert_eq!((button.poll(u64::MAX), button.poll_timeout()), (None, None));
        assert_eq!(button.change(false, 9_000_000), ButtonEvent::Released);
    }

    #[test]
    fn a_short_press_is_never_held() {
        let mut button = Button::default();
        button.change(true, 0);
        assert_eq!(button.change(false, HELD_US - 1), ButtonEvent::Released);
        assert_eq!((button.poll(u64::MAX), button.poll_timeout()), (None, None));
    }
}
