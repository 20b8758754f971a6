//! Units of the quantities that models exchange.

use core::fmt;

/// The unit of an attribute. Values travel as bare numbers; the unit is part of a model's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Dimensionless number.
    One,
    /// Hundredths, as in a state of charge.
    Percent,
    /// Power `[W]`.
    Watt,
    /// Power `[kW]`.
    Kilowatt,
    /// Power `[MW]`.
    Megawatt,
    /// Energy `[kWh]`.
    KilowattHour,
    /// Price `[€/MWh]`.
    EuroPerMegawattHour,
    /// Money `[€]`.
    Euro,
    /// Irradiance `[W/m²]`.
    WattPerSquareMetre,
    /// Area `[m²]`.
    SquareMetre,
    /// Volume `[l]`.
    Litre,
    /// Volume `[m³]`.
    CubicMetre,
    /// Volume flow `[m³/min]`.
    CubicMetrePerMinute,
    /// Mass flow `[kg/s]`.
    KilogramPerSecond,
    /// Pressure `[bar]`.
    Bar,
    /// Length `[mm]`.
    Millimetre,
    /// Mass `[kg]`.
    Kilogram,
    /// Mass flow `[kg/h]`.
    KilogramPerHour,
    /// Density `[kg/m³]`.
    KilogramPerCubicMetre,
    /// Energy per mass `[kWh/kg]`.
    KilowattHourPerKilogram,
    /// Volume flow `[m³/h]`.
    CubicMetrePerHour,
    /// Length `[m]`.
    Metre,
    /// Speed `[m/s]`.
    MetrePerSecond,
    /// Absolute temperature `[K]`.
    Kelvin,
    /// Temperature `[°C]`.
    DegreeCelsius,
    /// Plane angle `[°]`.
    Degree,
    /// Time `[min]`.
    Minute,
    /// Time `[s]`.
    Second,
    /// Not a quantity: a word.
    Text,
}

impl Unit {
    /// The symbol as printed after a number; empty for [`Unit::One`] and [`Unit::Text`].
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::One | Self::Text => "",
            Self::Percent => "%",
            Self::Watt => "W",
            Self::Kilowatt => "kW",
            Self::Megawatt => "MW",
            Self::KilowattHour => "kWh",
            Self::EuroPerMegawattHour => "€/MWh",
            Self::Euro => "€",
            Self::WattPerSquareMetre => "W/m²",
            Self::SquareMetre => "m²",
            Self::Litre => "l",
            Self::CubicMetre => "m³",
            Self::CubicMetrePerMinute => "m³/min",
            Self::KilogramPerSecond => "kg/s",
            Self::Bar => "bar",
            Self::Millimetre => "mm",
            Self::Kilogram => "kg",
            Self::KilogramPerHour => "kg/h",
            Self::KilogramPerCubicMetre => "kg/m³",
            Self::KilowattHourPerKilogram => "kWh/kg",
            Self::CubicMetrePerHour => "m³/h",
            Self::Metre => "m",
            Self::MetrePerSecond => "m/s",
            Self::Kelvin => "K",
            Self::DegreeCelsius => "°C",
            Self::Degree => "°",
            Self::Minute => "min",
            Self::Second => "s",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}
