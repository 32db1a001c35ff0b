//! The hardware that simulated routers pretend to be, with the words of
//! `/system resource print` and `/system routerboard print`.

/// A product, as far as RouterOS tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// `board-name`
    pub board_name: &'static str,
    /// `model` of the routerboard and of the export's header; `None` on a CHR.
    pub product: Option<&'static str>,
    /// `architecture-name`
    pub architecture: &'static str,
    /// `cpu`
    pub cpu: &'static str,
    /// `cpu-count`
    pub cpu_count: u8,
    /// `total-memory`
    pub memory_mib: u32,
    /// Ethernet ports.
    pub ports: usize,
}

const fn board(
    board_name: &'static str,
    product: &'static str,
    (architecture, cpu, cpu_count): (&'static str, &'static str, u8),
    memory_mib: u32,
    ports: usize,
) -> Model {
    Model {
        board_name,
        product: Some(product),
        architecture,
        cpu,
        cpu_count,
        memory_mib,
        ports,
    }
}

const MT7621: (&str, &str, u8) = ("mmips", "MIPS 1004Kc V2.15", 4);
const ARM32: (&str, &str, u8) = ("arm", "ARMv7", 4);
const ARM64: (&str, &str, u8) = ("arm64", "ARM64", 4);

impl Model {
    /// hEX
    pub const HEX: Self = board("hEX", "RB750Gr3", MT7621, 256, 5);
    /// hEX S
    pub const HEX_S: Self = board("hEX S", "RB760iGS", MT7621, 256, 5);
    /// hAP ac^2
    pub const HAP_AC2: Self = board("hAP ac^2", "RBD52G-5HacD2HnD", ARM32, 128, 5);
    /// RB4011
    pub const RB4011: Self = board("RB4011iGS+", "RB4011iGS+", ARM32, 1024, 10);
    /// RB5009
    pub const RB5009: Self = board("RB5009UG+S+", "RB5009UG+S+", ARM64, 1024, 8);
    /// CCR2004
    pub const CCR2004: Self = board("CCR2004-1G-12S+2XS", "CCR2004-1G-12S+2XS", ARM64, 4096, 1);
    /// Cloud Hosted Router, without a routerboard.
    pub const CHR: Self = Self {
        board_name: "CHR",
        product: None,
        architecture: "x86_64",
        cpu: "QEMU",
        cpu_count: 1,
        memory_mib: 384,
        ports: 3,
    };
}
