//! Files in the manner of the Python Illuminator's samples that it cannot run itself. Each is refused with the place
//! and the reason, and runs once it is mended as the message says.

use illuminator_tests::programs::{illuminator, stderr};

/// A file of upstream's kind that does not run.
struct Sample {
    /// The sample that has this mistake.
    name: &'static str,
    /// What follows the period.
    text: &'static str,
    /// What must be said, with the line.
    messages: &'static [&'static str],
    /// What is replaced, and by what.
    mend: &'static [(&'static str, &'static str)],
}

const PERIOD: &str = "scenario:
  name: old
  start_time: '2015-05-04 00:00:00'
  end_time: '2015-05-04 01:00:00'
  time_resolution: 900
";

const DATA: &str = "any
Time,u,load,wind_gen,pv_gen,load_dem,soc
2015-05-04 00:00:00,4,1,2,0,1,50
2015-05-04 00:15:00,6,2,2,1,1,50
2015-05-04 00:30:00,8,3,2,2,9,50
2015-05-04 00:45:00,9,4,2,3,9,50
";

const SAMPLES: &[Sample] = &[
    Sample {
        name: "examples/battery.yaml",
        text: "models:
- {name: CX, type: CSV, parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
- name: L1
  type: Load
  parameters: {houses: 1}
  inputs: {load: 0}
  outputs: {load_dem: 0, consumption: 0}
  states: {consumption: 0}
- name: B1
  type: Battery
  parameters: {max_p: 5, min_p: -5, max_energy: 9, charge_efficiency: 90, discharge_efficiency: 90, soc_min: 3, soc_max: 80}
  inputs: {flow2b: 0}
  outputs: {p_out: 0, p_in: 0}
connections:
- {from: CX.load, to: L1.load}
- {from: L1.load_dem, to: B1.flow2b}
monitor: {file: out.csv, items: [B1.soc]}
",
        messages: &[
            "s.yaml:13:12: error: `consumption` is both an output and a state of `L1`",
            "s.yaml:14:9: error: `B1` (Battery): a Battery model writes `soc`: add it under `states:`",
        ],
        mend: &[
            ("states: {consumption: 0}", "states: {unused: 0}"),
            ("outputs: {p_out: 0, p_in: 0}", "outputs: {p_out: 0, p_in: 0}\n  states: {soc: 9, flag: 0, mod: 0}"),
        ],
    },
    Sample {
        name: "examples/controller_test.yaml",
        text: "models:
- {name: CX, type: CSV, parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
- name: C1
  type: Controller
  parameters: {soc_min: 0, soc_max: 100, h2_soc_min: 0, h2_soc_max: 100, fc_eff: 100}
  inputs: {wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0, h2_soc: 0}
  outputs: {flow2b: 0, flow2e: 0, dump: 0, h2_out: 0}
connections:
- {from: CX.wind_gen, to: C1.wind_gen}
- {from: CX.pv_gen, to: C1.pv_gen}
- {from: CX.load_dem, to: C1.load_dem}
- {from: CX.soc, to: C1.soc}
monitor: {file: out.csv, items: [C1.flow2b]}
",
        messages: &[
            "s.yaml:8:9: error: `C1` (Controller): a Controller model writes `flow`: add it under `states:` (without \
             `states` of its own it takes over those of `CX`)",
        ],
        mend: &[("h2_out: 0}", "h2_out: 0}\n  states: {flow: 0}")],
    },
    Sample {
        name: "examples/wind_test.yaml",
        text: "models:
- {name: CX, type: CSV, parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
- name: W1
  type: Wind
  parameters: {p_rated: 5, u_rated: 11, u_cutin: 1, u_cutout: 25, cp: 0.4, diameter: 3, output_type: power}
  inputs: {u: 0}
  outputs: {wind_gen: 0, u: 0}
connections:
- {from: CX.u, to: W1.u}
monitor: {file: out.csv, items: [W1.wind_gen]}
",
        messages: &[
            "s.yaml:12:26: error: `u` is both an output and a state (without `states` of its own it takes over those \
             of `CX`) of `W1`",
            "give the model sections of its own",
        ],
        mend: &[("outputs: {wind_gen: 0, u: 0}", "outputs: {wind_gen: 0, u: 0}\n  states: {u60: 0}")],
    },
    Sample {
        name: "examples/simulation.example.yaml",
        text: " models:
- {name: D1, type: Dummy, parameters: {param1: 1}, states: {state1: 0}}
connections: []
monitor: {file: out.csv, items: [D1.state1]}
",
        messages: &["s.yaml:6", "not valid YAML", "all entries of one list or mapping start in the same column"],
        mend: &[(" models:", "models:")],
    },
    Sample {
        name: "simple_test2.yaml, tests/schema/scenario.example.yaml",
        text: "models:
- name: CX
  type: CSV
  parameters: {start: '2015-05-04 00:00:00', delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}
- name: L1
  type: LoadAdapter
  parameters: {houses: 1}
  outputs: {load_dem: 0}
  states: {unused: 0}
connections:
- {from: CX.load, to: L1.load}
monitor: {file: out.csv, items: [L1.load_dem]}
",
        messages: &[
            "s.yaml:9:3: error: `CX` lacks the parameter `file_path`",
            "s.yaml:11:9: error: unknown model type `LoadAdapter`",
        ],
        mend: &[("{start:", "{file_path: x.csv, start:"), ("LoadAdapter", "Load")],
    },
    Sample {
        name: "configuration/modelling-example.yaml, tests/parallel_scenarios/data/parallel_scenario.yaml",
        text: "models:
- name: D1
  parameters: {param1: 1}
  scenario_data: 'x.csv'
  states: {state1: 0}
connections: []
monitor: {file: out.csv, items: [D1.state1]}
",
        messages: &["s.yaml:7:3: error: a model lacks the key `type`", "s.yaml:9:3: error: unknown key `scenario_data`"],
        mend: &[("- name: D1\n", "- name: D1\n  type: Dummy\n"), ("  scenario_data: 'x.csv'\n", "")],
    },
    Sample {
        name: "examples/Tutorial1/Tutorial_Power_Balance_a.yaml, examples/Tutorial4/EV_scenario1.yaml",
        text: "models:
- name: CX
  type: CSV
  parameters:
    file_path: './examples/x.csv'
    delimiter: ','
    date_format: 'YYYY-MM-DD HH:mm:ss'
connections: []
monitor: {file: out.csv, items: [CX.load]}
",
        messages: &["s.yaml:10:16: error: cannot read the data file `./examples/x.csv`", "check its name"],
        mend: &[("./examples/x.csv", "./x.csv")],
    },
    Sample {
        name: "cluster: examples/Tutorial2/Tutorial_2.yaml",
        text: "models:
- name: A1
  type: GenerationCompanyAgent
  parameters: {company_name: A, automated_bids: true, bids_manual: null}
  inputs: {portfolio: [{Technology: Gas, Capacity (MW): 9, Cost (€/MWh): 80, Availability: 1}]}
  states: {bids: 0, profit: 0}
- name: O1
  type: Operator_Market
  parameters: {results_dir: .}
  inputs: {bids: 0}
  states: {market_clearing_price: 0, market_results_summary: 0}
connections:
- {from: A1.bids, to: O1.bids}
monitor: {file: out.csv, items: [O1.market_clearing_price]}
",
        messages: &["s.yaml:16:3: error: `O1` (Operator_Market): a Operator_Market model writes `demand`: add it under `states:`"],
        mend: &[("states: {market_clearing_price: 0,", "states: {market_clearing_price: 0, demand: 5,")],
    },
    Sample {
        name: "cluster: examples/Tutorial3/Tutorial_3.yaml",
        text: "models:
- {name: CX, type: CSV, parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
- name: C1
  type: ControllerT3Congestion
  parameters: {soc_min: 0, soc_max: 100, max_p: 5, gridconnect_ctrl: 9, elec_assets: false, load_shift_active: false}
  inputs: {wind_gen: 0, pv_gen: 0, load_dem: 0}
  outputs: {flow2b: 0, res_load: 0, dump: 0}
connections:
- {from: CX.wind_gen, to: C1.wind_gen}
- {from: CX.pv_gen, to: C1.pv_gen}
- {from: CX.load_dem, to: C1.load_dem}
monitor: {file: out.csv, items: [C1.dump]}
",
        messages: &["s.yaml:10:3: error: `C1` (ControllerT3Congestion): `battery_active` is missing in `parameters`"],
        mend: &[("max_p: 5,", "max_p: 5, battery_active: false,")],
    },
    Sample {
        name: "cluster: examples/Cluster/Tutorial_cluster.yaml",
        text: "models:
- {name: PV, type: Dummy, parameters: {param1: 0.4}, inputs: {in1: 0}, outputs: {out1: 0}, states: {state1: 0}}
- {name: Cables, type: Dummy, parameters: {param1: []}, inputs: {in1: 0}, states: {state1: 0}}
- name: PV_LED
  type: LED_connection
  parameters: {min_speed: 0, max_speed: 1}
  inputs: {speed: 0, mapping: []}
  outputs: {unused: 0}
  connect: {ip: 192.168.0.1, port: 5123}
connections:
- {from: PV.state1, to: PV_LED.speed}
- {from: Cables.state1, to: PV_LED.mapping}
monitor: {file: out.csv, items: [PV.state1]}
",
        messages: &[
            "s.yaml:9:9: error: `PV_LED` (LED_connection): a LED_connection model writes `connections`: add it under",
        ],
        mend: &[("outputs: {unused: 0}", "outputs: {unused: 0}\n  states: {connections: []}")],
    },
    Sample {
        name: "cluster: examples/Cluster/Tutorial_story.yaml",
        text: "models:
- {name: PV, type: Dummy, parameters: {param1: 0.4}, inputs: {in1: 0}, outputs: {out1: 0}, states: {state1: 0}}
- {name: Cables, type: Dummy, parameters: {param1: []}, inputs: {in1: 0}, states: {state1: 0}}
- name: PV_LED
  type: LED_connection
  parameters: {min_speed: 0, max_speed: 1}
  inputs: {speed: 0, mapping: []}
  states: {connections: []}
  connect: {ip: 192.168.0.1, port: 5123}
connections:
- {from: PV.state1, to: PV_LED.speed}
monitor: {file: out.csv, items: [PV.state1]}
",
        messages: &[
            "s.yaml:9:9: error: nothing is connected to the input `mapping` of `PV_LED`",
            "add a connection `to: PV_LED.mapping`",
        ],
        mend: &[("connections:\n-", "connections:\n- {from: Cables.state1, to: PV_LED.mapping}\n-")],
    },
];

#[test]
fn files_that_upstream_cannot_run_are_refused_with_a_reason_and_run_once_mended() {
    for Sample { name, text, messages, mend } in SAMPLES {
        let sample = format!("{PERIOD}{text}");
        let (status, said) = run(&sample);
        assert_eq!(status, Some(2), "{name}: {said}");
        let mut mended = sample;
        for (from, to) in *mend {
            assert!(mended.contains(from), "{name}: {from}");
            mended = mended.replacen(from, to, 1);
        }
        for message in *messages {
            assert!(said.contains(message), "{name}: `{message}` is missing in\n{said}");
        }
        let (status, said) = run(&mended);
        assert_eq!(status, Some(0), "{name}, mended: {said}\nin\n{mended}");
    }
}

/// What upstream cannot construct for no good reason runs as it is: two Adders in a loop with class defaults.
#[test]
fn adders_run_as_they_are() {
    let text = "models:
- {name: A1, type: Adder, inputs: {in1: 1, in2: 2}, outputs: {out1: 0}}
- {name: A2, type: Adder, inputs: {in1: 3, in2: 4}, outputs: {out1: 0}}
connections:
- {from: A1.out1, to: A2.in1}
- {from: A2.out1, to: A1.in1, time_shifted: true}
monitor: {file: out.csv, items: [A2.out1]}
";
    let (status, said) = run(&format!("{PERIOD}{text}"));
    assert_eq!(status, Some(0), "{said}");
}

/// Runs a scenario in this process; a run that succeeds must have written all its rows.
fn run(scenario: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), scenario).expect("it can be written");
    std::fs::write(folder.path().join("x.csv"), DATA).expect("it can be written");
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml", "--local"]);
    if done.status.success() {
        let result = crate::read(&folder.path().join("out.csv"));
        assert_eq!(result.lines().count(), 5, "a header and four rows: {result}");
    }
    (done.status.code(), stderr(&done))
}
