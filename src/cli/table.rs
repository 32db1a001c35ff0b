//! A plain table for terminals and pipes.

use std::io::{self, Write};

/// How many characters a column may take; longer cells push the rest of their line.
const MAX_COLUMN: usize = 60;

/// Writes rows under their headings, columns aligned, the last one free.
///
/// # Errors
/// When `out` fails.
pub fn write<const N: usize>(
    out: &mut impl Write,
    headings: [&str; N],
    rows: &[[String; N]],
) -> io::Result<()> {
    let mut widths = headings.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count()).min(MAX_COLUMN);
        }
    }
    write_row(out, &widths, &headings.map(str::to_owned))?;
    for row in rows {
        write_row(out, &widths, row)?;
    }
    Ok(())
}

fn write_row<const N: usize>(
    out: &mut impl Write,
    widths: &[usize; N],
    row: &[String; N],
) -> io::Result<()> {
    let mut line = String::new();
    for (width, cell) in widths.iter().zip(row) {
        line.push_str(cell);
        let used = cell.chars().count();
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(used) + 2));
    }
    writeln!(out, "{}", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_nothing_trails() {
        let mut out = Vec::new();
        let rows = [["a".to_owned(), "long cell".to_owned(), String::new()]];
        write(&mut out, ["device", "b", "c"], &rows).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "device  b          c\na       long cell\n"
        );
    }
}
