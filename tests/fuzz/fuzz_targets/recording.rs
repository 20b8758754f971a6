#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| illuminator_tests::fuzz::recording(data));
