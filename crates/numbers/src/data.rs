//! The data file: a header (magic, layout, checksum), then one zlib stream with all tables.
//!
//! Everything that a lookup takes for granted (no state or string out of range, no cycle) is
//! checked here, once, so that no file can make a later lookup panic or run on.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use crate::Numbers;
use crate::automaton::Automaton;
use crate::line_type::LineType;
use crate::number::Region;
use crate::plan::{Plan, RegionRecord, Rewrite, WORLD_CODE};

const MAGIC: &[u8; 8] = b"NUMBERS\0";
const FORMAT_VERSION: u16 = 1;

/// Six times what the tables need today; a stream that claims more is not one of ours.
const UNPACKED_BYTES_MAX: usize = 4 << 20;

/// Why a data file was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The file is of another kind.
    #[error("not a number data file: it does not begin as one")]
    Magic,
    /// The file is of a later or earlier layout.
    #[error("number data of layout {0}, but this program reads layout {FORMAT_VERSION}: generate it again")]
    Version(u16),
    /// The file is incomplete or was changed.
    #[error("number data is damaged: fetch or generate the file again")]
    Damaged,
    /// The file is whole, but what it says can't be.
    #[error("number data contradicts itself: generate the file again")]
    Malformed,
}

/// Reads little-endian values one after the other.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], LoadError> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(LoadError::Malformed)?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, LoadError> {
        self.take().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, LoadError> {
        self.take().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, LoadError> {
        self.take().map(u32::from_le_bytes)
    }

    fn text(&mut self) -> Result<Box<str>, LoadError> {
        let length = usize::from(self.u16()?);
        let (head, rest) = self.rest.split_at_checked(length).ok_or(LoadError::Malformed)?;
        self.rest = rest;
        std::str::from_utf8(head)
            .map(Into::into)
            .map_err(|_| LoadError::Malformed)
    }

    fn many<T>(&mut self, read: impl Fn(&mut Self) -> Result<T, LoadError>) -> Result<Vec<T>, LoadError> {
        let count = self.u16()?;
        (0..count).map(|_| read(self)).collect()
    }
}

/// Reads a whole data file.
pub(crate) fn load(bytes: &[u8]) -> Result<Numbers, LoadError> {
    let mut header = Reader { rest: bytes };
    if header.take::<8>().map_err(|_| LoadError::Magic)? != *MAGIC {
        return Err(LoadError::Magic);
    }
    let version = header.u16().map_err(|_| LoadError::Damaged)?;
    if version != FORMAT_VERSION {
        return Err(LoadError::Version(version));
    }
    let checksum = header.u32().map_err(|_| LoadError::Damaged)?;
    if crc32(header.rest) != checksum {
        return Err(LoadError::Damaged);
    }
    let payload = decompress_to_vec_zlib_with_limit(header.rest, UNPACKED_BYTES_MAX).map_err(|_| LoadError::Damaged)?;
    read_tables(&mut Reader { rest: &payload })
}

fn read_tables(reader: &mut Reader<'_>) -> Result<Numbers, LoadError> {
    let metadata_version = reader.text()?;
    let mut regions = reader.many(read_region)?;
    let plans = reader.many(read_plan)?;
    let templates = reader.many(|reader| Ok([reader.text()?, reader.text()?]))?;
    let carrier_names = reader.many(Reader::text)?;
    let validity = Automaton::read(reader)?;
    let formats = Automaton::read(reader)?;
    let carriers = Automaton::read(reader)?;

    let markets: Vec<_> = regions.iter().map(|(_, market)| usize::from(*market)).collect();
    for (position, market) in markets.into_iter().enumerate() {
        let market = market
            .checked_sub(1)
            .and_then(|at| regions.get(at))
            .ok_or(LoadError::Malformed)?
            .0
            .region;
        regions[position].0.market = market;
    }
    let regions: Vec<_> = regions.into_iter().map(|(record, _)| record).collect();
    let geographic = regions.partition_point(|record| record.region != Region::WORLD);
    let sound = regions[..geographic].is_sorted_by(|a, b| a.region < b.region)
        && regions[geographic..]
            .iter()
            .all(|record| record.region == Region::WORLD)
        && plans.is_sorted_by(|a, b| a.calling_code < b.calling_code)
        && plans
            .iter()
            .flat_map(|plan| &plan.regions)
            .all(|at| usize::from(*at) < regions.len())
        && validity.labels().all(|label| {
            crate::region_position(label).is_some_and(|at| at < regions.len())
                && LineType::from_code(label & 15).is_some()
        })
        && formats.labels().all(|label| usize::from(label) < templates.len())
        && carriers.labels().all(|label| usize::from(label) < carrier_names.len())
        && reader.rest.is_empty();
    if !sound {
        return Err(LoadError::Malformed);
    }
    let reach = validity.reach();
    Ok(Numbers {
        metadata_version,
        regions,
        geographic,
        plans,
        templates,
        carrier_names,
        validity,
        reach,
        formats,
        carriers,
    })
}

/// Reads a region and the number of its market's record, which may come later.
fn read_region(reader: &mut Reader<'_>) -> Result<(RegionRecord, u16), LoadError> {
    let code = reader.text()?;
    let region = if *code == *WORLD_CODE {
        Region::WORLD
    } else {
        code.parse().map_err(|_| LoadError::Malformed)?
    };
    let name = reader.text()?;
    let calling_code = reader.u16()?;
    let market = reader.u16()?;
    let portable = reader.u8()? != 0;
    let national_prefix = reader.text()?;
    let from_home = reader.many(read_rewrite)?;
    let abroad = reader.many(read_rewrite)?;
    let record = RegionRecord {
        region,
        market: region,
        calling_code,
        portable,
        name,
        national_prefix,
        from_home,
        abroad,
    };
    Ok((record, market))
}

fn read_rewrite(reader: &mut Reader<'_>) -> Result<Rewrite, LoadError> {
    let anchored = reader.u8()? != 0;
    let length = reader.u8()?;
    let masks = (0..length).map(|_| reader.u16()).collect::<Result<Vec<_>, _>>()?;
    let insert = reader.text()?;
    let keep = usize::from(reader.u8()?)..usize::from(reader.u8()?);
    if keep.start > keep.end || keep.end > masks.len() || !insert.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LoadError::Malformed);
    }
    Ok(Rewrite {
        anchored,
        masks,
        insert,
        keep,
    })
}

fn read_plan(reader: &mut Reader<'_>) -> Result<Plan, LoadError> {
    let calling_code = reader.u16()?;
    let regions = reader.many(|reader| reader.u16()?.checked_sub(1).ok_or(LoadError::Malformed))?;
    if regions.is_empty() || !(1..1000).contains(&calling_code) {
        return Err(LoadError::Malformed);
    }
    Ok(Plan { calling_code, regions })
}

/// The checksum of zlib, gzip and PNG, bit by bit: a file is read once.
fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xEDB8_8320;
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (POLYNOMIAL & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER_BYTES: usize = 14;

    fn embedded_payload() -> &'static [u8] {
        static PAYLOAD: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        PAYLOAD.get_or_init(|| {
            let file = include_bytes!("../../../data/numbers.bin");
            decompress_to_vec_zlib_with_limit(&file[HEADER_BYTES..], UNPACKED_BYTES_MAX)
                .expect("the embedded file unpacks")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whoever changes the tables can also make their checksum right.
        #[test]
        fn tables_that_are_accepted_never_make_a_lookup_panic(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            texts in proptest::collection::vec(r"\+?(1|44|54|49|800)?[0-9]{1,18}", 32),
        ) {
            let mut payload = embedded_payload().to_vec();
            for (at, byte) in changes {
                payload[at.index(embedded_payload().len())] = byte;
            }
            if let Ok(numbers) = read_tables(&mut Reader { rest: &payload }) {
                for (text, home) in texts.iter().zip(["AR", "US", "DE", "GB"].iter().cycle()) {
                    let _ = numbers.check(text);
                    if let Ok(facts) = numbers.read(text, home.parse().ok()) {
                        let _ = (numbers.national(facts.number), numbers.international(facts.number));
                    }
                }
            }
        }
    }

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
