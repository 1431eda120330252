//! Canonical bytes read off a record's fields: big-endian, in field order, nothing optional.
//!
//! The type of a field decides its bytes. A list is a count (u8) and its items, a blob is a length (u16) and its bytes,
//! a nested record stands in place. Every value has exactly one encoding, and every accepted encoding gives back the
//! same bytes.

/// An account's lane of numbers.
pub type Lane = u16;
/// A place in a sequence without end.
pub type Number = u64;
/// How often a policy has been replaced, from 1.
pub type Epoch = u32;
/// How often something that orders overwrite has been replaced, from 1.
pub type Version = u32;
/// A frame's place in its log.
pub type Seq = u64;
/// A SHA-256 value.
pub type Hash = [u8; 32];
/// A worker's Ed25519 public key; the keys of policies say their suite themselves.
pub type Key = [u8; 32];
/// The name under which reserves are locked.
pub type LockId = [u8; 16];
/// ASCII, padded with zeros.
pub type Name = [u8; 16];
/// A small number from a table.
pub type Code = u8;
/// How many, or which of them.
pub type Count = u32;
/// A total that outgrows u64 when flows add up for ever.
pub type Sum = u128;

/// Bytes of another message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

/// Bytes that are not the encoding of any record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Too short, too long, or a value out of its range.
    Bytes,
    /// A key of a signature suite that this version does not speak.
    Suite,
    /// It belongs to another network.
    Network,
}

/// Takes values off a byte string from left to right.
pub struct Reader<'a> {
    cut: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begin at the first byte.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        Self { cut: data, rest: data }
    }

    /// Take so many bytes.
    pub fn take(&mut self, size: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(size).ok_or(Malformed::Bytes)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Take bytes whose number the type says.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Malformed::Bytes)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Return what has been taken since the last cut, or the beginning.
    pub fn cut(&mut self) -> &'a [u8] {
        let taken = self.cut.len().saturating_sub(self.rest.len());
        let piece = self.cut.get(..taken).unwrap_or_default();
        self.cut = self.rest;
        piece
    }

    /// Return what has not been taken yet.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Return whether everything has been taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Refuse what is left over.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.is_empty() { Ok(()) } else { Err(Malformed::Bytes) }
    }
}

/// A value with canonical, self-delimiting bytes.
pub trait Field: Sized {
    /// Append the bytes.
    fn write(&self, out: &mut Vec<u8>);

    /// Take one value off the reader.
    fn read(reader: &mut Reader) -> Result<Self, Malformed>;
}

/// Return the canonical bytes of a value.
#[must_use]
pub fn encode(value: &impl Field) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out);
    out
}

/// Return the value whose canonical bytes these are.
pub fn decode<F: Field>(data: &[u8]) -> Result<F, Malformed> {
    let mut reader = Reader::new(data);
    let value = F::read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Field for $integer {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }

            fn read(reader: &mut Reader) -> Result<Self, Malformed> {
                reader.array().map(Self::from_be_bytes)
            }
        }
    )*};
}
integers!(u8, u16, u32, u64, u128);

impl<const N: usize> Field for [u8; N] {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        reader.array()
    }
}

impl<F: Field> Field for Vec<F> {
    /// A list that was read has at most 255 items, and nobody else makes one.
    fn write(&self, out: &mut Vec<u8>) {
        (self.len() as u8).write(out);
        self.iter().for_each(|item| item.write(out));
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        (0..u8::read(reader)?).map(|_| F::read(reader)).collect()
    }
}

impl Field for Blob {
    /// A blob that was read has at most 65,535 bytes, and nobody else makes one.
    fn write(&self, out: &mut Vec<u8>) {
        (self.0.len() as u16).write(out);
        out.extend_from_slice(&self.0);
    }

    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        let size = u16::read(reader)?;
        Ok(Blob(reader.take(usize::from(size))?.to_vec()))
    }
}

/// Declare a record: its struct, its bytes, and its LAYOUT, (field, type) in order, to be compared with the table.
#[macro_export]
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the record's sentence and vectors/commands.tsv say what its fields mean")]
        pub struct $name {
            $(pub $field: $type,)*
        }

        impl $name {
            /// The fields in order, each with the name of its type.
            pub const LAYOUT: &'static [(&'static str, &'static str)] = &[$((stringify!($field), stringify!($type))),*];
        }

        impl $crate::layout::Field for $name {
            #[allow(unused_variables, reason = "a record may have no fields")]
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$field.write(out);)*
            }

            #[allow(unused_variables, reason = "a record may have no fields")]
            fn read(reader: &mut $crate::layout::Reader) -> Result<Self, $crate::layout::Malformed> {
                Ok(Self { $($field: $crate::layout::Field::read(reader)?,)* })
            }
        }
    };
}
