//! `illuminator`: the program on the host.

fn main() -> std::process::ExitCode {
    illuminator::cli::main()
}
