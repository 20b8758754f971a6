//! The samples: written anew, each with the mistake, or with what is remarkable, of one of upstream's.

use super::How::{Run, Sweep};
use super::{Mend, Sample};

pub(super) const PERIOD: &str = "scenario:
  name: old
  start_time: '2015-05-04 00:00:00'
  end_time: '2015-05-04 01:00:00'
  time_resolution: 900
";

pub(super) const SAMPLES: &[Sample] = &[
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
        how: Run,
        mends: &[&[
            Mend {
                said: "s.yaml:13:12: error: `consumption` is both an output and a state of `L1`",
                from: "states: {consumption: 0}",
                to: "states: {«used»: 0}",
            },
            Mend {
                said: "s.yaml:14:9: error: `B1` (Battery): a Battery model writes `soc`, `flag`, `mod`: add them under \
                       `states:`",
                from: "outputs: {p_out: 0, p_in: 0}",
                to: "outputs: {p_out: 0, p_in: 0}\n  states: {soc: 9, flag: 0, mod: 0}",
            },
        ]],
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
        how: Run,
        mends: &[&[Mend {
            said: "s.yaml:8:9: error: `C1` (Controller): a Controller model writes `flow`: add it under `states:` \
                   (without `states` of its own it takes over those of `CX`)",
            from: "h2_out: 0}",
            to: "h2_out: 0}\n  states: {flow: 0}",
        }]],
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
        how: Run,
        mends: &[
            &[Mend {
                said: "s.yaml:12:26: error: `u` is both an output and a state (without `states` of its own it takes \
                       over those of `CX`) of `W1`",
                from: "outputs: {wind_gen: 0, u: 0}",
                to: "outputs: {wind_gen: 0, u: 0}\n  states: {«other»: 0}",
            }],
            &[Mend {
                said: "s.yaml:13:3: error: `W1` (Wind): a Wind model writes `u60`: add it under `states:`",
                from: "states: {other: 0}",
                to: "states: {u60: 0}",
            }],
        ],
    },
    Sample {
        name: "examples/simulation.example.yaml",
        text: "- name: D1
  type: DummyModel
  inputs: {in1: 0}
  outputs: {out1: 0}
  parameters: {param1: 100}
  states: {state1: 0.5}
  triggers: [in1]
  scenario_data: './scenario_data.csv'
  connect: {ip: 127.0.0.1, port: 5000}
- {name: L1, type: Load, parameters: {houses: 1}, inputs: {load: 0}, outputs: {load_dem: 0}, states: {unused: 0}}
connections:
- {from: D1.state, to: L1.load}
monitor: {file: out.csv, items: [D1.state1, L1.load_dem]}
",
        how: Run,
        mends: &[
            &[Mend {
                said: "s.yaml:6:3: error: this is not valid YAML",
                from: "- name: D1",
                to: "models:\n- name: D1",
            }],
            &[Mend {
                said: "s.yaml:14:3: error: unknown key `scenario_data` in a model",
                from: "  scenario_data: './scenario_data.csv'\n",
                to: "",
            }],
            &[Mend {
                said: "s.yaml:8:9: error: unknown model type `DummyModel`",
                from: "DummyModel",
                to: "Dummy",
            }],
            &[Mend {
                said: "s.yaml:17:10: error: `D1` has no attribute `state`",
                from: "D1.state,",
                to: "D1.state1,",
            }],
        ],
    },
    Sample {
        name: "src/illuminator/schema/simulation.example.yaml",
        text: "models:
- name: B1
  type: BatteryModel
  inputs: {flow2b: 0}
  outputs: {p_out: 0, p_in: null}
  parameters: {soc_min: 0.1, soc_max: 0.9}
  states: {soc: 0.5}
  triggers: [soc_min]
- {name: D1, type: Dummy, parameters: {param1: 1}, outputs: {out1: 0}, states: {state1: 0}}
connections:
- {from: D1.state1, to: B1.flow2b}
monitor: {file: out.csv, items: [B1.soc]}
",
        how: Run,
        mends: &[
            &[Mend {
                said: "s.yaml:8:9: error: unknown model type `BatteryModel`",
                from: "BatteryModel",
                to: "Battery",
            }],
            &[Mend {
                said: "s.yaml:12:3: error: `B1` (Battery): a Battery model writes `flag`, `mod`: add them under \
                       `states:`",
                from: "states: {soc: 0.5}",
                to: "states: {soc: 0.5, flag: 0, mod: 0}",
            }],
            &[Mend {
                said: "s.yaml:11:3: error: `B1` (Battery): `max_p`, `min_p`, `max_energy`, `charge_efficiency`, \
                       `discharge_efficiency` are missing in `parameters`",
                from: "parameters: {soc_min",
                to: "parameters: {max_p: 5, min_p: -5, max_energy: 9, charge_efficiency: 90, \
                     discharge_efficiency: 90, soc_min",
            }],
        ],
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
        how: Run,
        mends: &[&[
            Mend {
                said: "s.yaml:9:3: error: `CX` lacks the parameter `file_path`",
                from: "{start:",
                to: "{file_path: «x.csv», start:",
            },
            Mend {
                said: "s.yaml:11:9: error: unknown model type `LoadAdapter`",
                from: "LoadAdapter",
                to: "Load",
            },
        ]],
    },
    Sample {
        name: "configuration/modelling-example.yaml, tests/parallel_scenarios/data/parallel_scenario.yaml",
        text: "models:
- name: D1
  parameters: {param1: 1}
  scenario_data: 'x.csv'
  states: {state1: 0}
connections: []
monitor: [D1.state1]
",
        how: Run,
        mends: &[&[
            Mend {
                said: "s.yaml:7:3: error: a model lacks the key `type`",
                from: "- name: D1\n",
                to: "- name: D1\n  type: «Dummy»\n",
            },
            Mend {
                said: "s.yaml:9:3: error: unknown key `scenario_data`",
                from: "  scenario_data: 'x.csv'\n",
                to: "",
            },
            Mend {
                said: "s.yaml:12:10: error: `monitor` must be a mapping, not a list",
                from: "monitor: [D1.state1]",
                to: "monitor: {file: «out.csv», items: [D1.state1]}",
            },
        ]],
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
        how: Run,
        mends: &[&[Mend {
            said: "s.yaml:10:16: error: cannot read the data file `./examples/x.csv`",
            from: "./examples/x.csv",
            to: "./x.csv",
        }]],
    },
    Sample {
        name: "examples/Tutorial4/Tutorial4.yaml, Tutorial4_parallel.yaml, tests/parallel_scenarios/…/tutorial4_parallel.yaml",
        text: TUTORIAL_4,
        how: Sweep(6),
        mends: &[&[Mend {
            said: "s.yaml:7:49: error: cannot read the data file `./examples/house.csv`",
            from: "./examples/house.csv",
            to: "./house.csv",
        }]],
    },
    Sample {
        name: "Tutorial4_parallel.yaml, by `scenario run`",
        text: TUTORIAL_4,
        how: Run,
        mends: &[
            &[
                Mend {
                    said: "s.yaml:7:49: error: cannot read the data file `./examples/house.csv`",
                    from: "./examples/house.csv",
                    to: "./house.csv",
                },
                Mend {
                    said: "s.yaml:11:3: error: `PV1` (PV): `m_tilt` is missing in `parameters`",
                    from: "output_type: power}",
                    to: "output_type: power, m_tilt: 14}",
                },
            ],
        ],
    },
    Sample {
        name: "examples/IDE_case/Tutorial_2_ide_test.yaml, with its files elsewhere",
        text: "models:
- name: CO
  type: CSV
  parameters: {file_path: IDE_case/company.csv, delimiter: ';', date_format: 'YYYY-MM-DD HH:mm:ss', send_row: True}
- name: CX
  type: CSV
  parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}
- name: A1
  type: GenerationCompanyAgent
  parameters: {company_name: A1, automated_bids: True, bids_manual: null}
  inputs: {portfolio: []}
  states: {bids: null, profit: 0}
- name: O1
  type: Operator_Market
  parameters: {results_dir: operator_results}
  inputs: {bids: {}}
  states: {market_clearing_price: , demand: , market_results_summary: }
- name: J1
  type: JusticeAgent
  parameters:
    social_parameters: {'A1': {'a': 0.91, 'b': 0.55, 'c': 0.6, 'd': 2.6}}
    justice_step: 2
    results_dir: justice_results
  inputs: {market_clearing_price: 0, demand: 0, market_results: None}
  states: {beta_scores: {}, justice_score: 0, alpha_scores: {}}
connections:
- {from: CO.row, to: A1.portfolio}
- {from: CX.demand, to: O1.demand}
- {from: A1.bids, to: O1.bids}
- {from: O1.market_clearing_price, to: J1.market_clearing_price}
- {from: O1.demand, to: J1.demand}
- {from: O1.market_results_summary, to: J1.market_results}
monitor: {file: out.csv, items: [O1.market_clearing_price, O1.demand, J1.justice_score]}
",
        how: Run,
        mends: &[&[Mend {
            said: "s.yaml:9:27: error: cannot read the data file `IDE_case/company.csv`",
            from: "IDE_case/company.csv",
            to: "company.csv",
        }]],
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
        how: Run,
        mends: &[&[Mend {
            said: "s.yaml:16:3: error: `O1` (Operator_Market): an Operator_Market model writes `demand`: add it under \
                   `states:`",
            from: "states: {market_clearing_price: 0,",
            to: "states: {market_clearing_price: 0, demand: 5,",
        }]],
    },
    Sample {
        name: "cluster: examples/Tutorial2/Tutorial_2b.yaml",
        text: "models:
- name: CO
  type: CSV
  parameters: {file_path: company.csv, delimiter: ';', date_format: 'YYYY-MM-DD HH:mm:ss', send_row: True}
- name: A1
  type: GenerationCompanyAgent
  parameters: {company_name: A, automated_bids: True, bids_manual: null}
  inputs: {portfolio: []}
  states: {bids: null, profit: 0}
- name: O1
  type: Operator_Market
  parameters: {demand: 2500}
  inputs: {bids: {}}
  outputs: {results: {}}
  states: {market_clearing_price: }
connections:
- {from: CO.row, to: A1.portfolio}
- {from: A1.bids, to: O1.bids}
monitor: {file: out.csv, items: [O1.market_clearing_price]}
",
        how: Run,
        mends: &[
            &[Mend {
                said: "s.yaml:20:3: error: `O1` (Operator_Market): an Operator_Market model writes `demand`, \
                       `market_results_summary`: add them under `states:`",
                from: "states: {market_clearing_price: }",
                to: "states: {market_clearing_price: , demand: 30, market_results_summary: }",
            }],
            &[Mend {
                said: "s.yaml:17:3: error: `O1` (Operator_Market): `results_dir` is missing in `parameters`",
                from: "parameters: {demand: 2500}",
                to: "parameters: {demand: 2500, results_dir: .}",
            }],
        ],
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
        how: Run,
        mends: &[&[Mend {
            said: "s.yaml:10:3: error: `C1` (ControllerT3Congestion): `battery_active` is missing in `parameters`",
            from: "max_p: 5,",
            to: "max_p: 5, battery_active: «false»,",
        }]],
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
        how: Run,
        mends: &[&[Mend {
            said: "s.yaml:9:9: error: `PV_LED` (LED_connection): a LED_connection model writes `connections`: add it \
                   under `states:`",
            from: "outputs: {unused: 0}",
            to: "outputs: {unused: 0}\n  states: {connections: []}",
        }]],
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
        how: Run,
        mends: &[&[Mend {
            said: "s.yaml:9:9: error: nothing is connected to the input `mapping` of `PV_LED`",
            from: "connections:\n-",
            to: "connections:\n- {«from: Cables.state1», to: PV_LED.mapping}\n-",
        }]],
    },
];

/// The household's file is not where the sample looks for it.
const TUTORIAL_4: &str = "models:
- {name: CX, type: CSV, parameters: {file_path: './examples/house.csv', delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
- {name: CS, type: CSV, parameters: {file_path: sun.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
- name: PV1
  type: PV
  parameters: {m_area: 60, NOCT: 44, m_efficiency_stc: 0.198, G_NOCT: 800, P_STC: 250, m_az: 180, cap: 500, output_type: power}
  multi_parameters:
    peak_power: 'range(100, 400, 100)'
    m_tilt: [10, 14]
  inputs: {G_Gh: null, G_Dh: null, G_Bn: null, Ta: null, hs: null, FF: null, Az: null}
  outputs: {pv_gen: , g_aoi: }
- name: L1
  type: Load
  parameters: {houses: 1, output_type: energy}
  inputs: {load: 0}
  outputs: {load_dem: , consumption: }
- name: EV1
  type: EV
  parameters: {end_initial_phase: 2, end_mid_phase: 80, max_power: 11, battery_cap: 60, fast: False}
  inputs: {load_in: 0, presence: 0}
  outputs: {demand: 0}
  states: {soc: 0, desired_soc: 100}
- name: B1
  type: Battery
  parameters: {max_p: 500, min_p: -500, max_energy: 1000, charge_efficiency: 90, discharge_efficiency: 90, soc_min: 10, soc_max: 90}
  inputs: {flow2b: 0}
  outputs: {p_out: 0, p_in: 0}
  states: {mod: 0, soc: 50, flag: 0}
- name: C1
  type: Controller_T4
  parameters: {soc_min: 10, soc_max: 90, max_p: 500}
  inputs: {wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0, load_EV: 0}
  outputs: {flow2b: , res_load: , dump: }
connections:
- {from: CX.load, to: L1.load}
- {from: L1.load_dem, to: C1.load_dem}
- {from: PV1.pv_gen, to: C1.pv_gen}
- {from: CS.G_Gh, to: PV1.G_Gh}
- {from: CS.G_Dh, to: PV1.G_Dh}
- {from: CS.G_Bn, to: PV1.G_Bn}
- {from: CS.Ta, to: PV1.Ta}
- {from: CS.hs, to: PV1.hs}
- {from: CS.FF, to: PV1.FF}
- {from: CS.Az, to: PV1.Az}
- {from: CX.ev1, to: EV1.presence}
- {from: EV1.demand, to: C1.load_EV}
- {from: B1.soc, to: C1.soc}
- {from: C1.flow2b, to: B1.flow2b, time_shifted: True}
monitor: {file: out.csv, items: [PV1.pv_gen, L1.load_dem, EV1.demand, B1.soc, C1.res_load, C1.dump]}
";

pub(super) const RUNNING: &[Sample] = &[
    Sample {
        name: "examples/adder_copy.yaml, which upstream cannot construct for no good reason",
        text: "models:
- {name: A1, type: Adder, inputs: {in1: 1, in2: 2}, outputs: {out1: 0}}
- {name: A2, type: Adder, inputs: {in1: 3, in2: 4}, outputs: {out1: 0}}
connections:
- {from: A1.out1, to: A2.in1}
- {from: A2.out1, to: A1.in1, time_shifted: true}
monitor: {file: out.csv, items: [A2.out1]}
",
        how: Run,
        mends: &[],
    },
    Sample {
        name: "cluster: examples/Cluster/Tutorial_story_dummy.yaml",
        text: "models:
- {name: D1, type: Dummy, parameters: {param1: 0.5}, inputs: {in1: 0}, outputs: {out1: 0}, states: {state1: 0}}
- {name: D2, type: Dummy, inputs: {in1: 0}, outputs: {out1: 0}, states: {state1: 0}}
connections:
- {from: D1.state1, to: D2.in1}
monitor: {file: out.csv, items: [D1.state1, D2.state1]}
",
        how: Run,
        mends: &[],
    },
    Sample {
        name: "examples/Tutorial2/Tutorial_market_company4.yaml, Tutorial_market_conventional_case.yaml",
        text: "models:
- {name: CX, type: CSV, parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
- name: A1
  type: GenerationCompanyAgent
  parameters: {company_name: A1, automated_bids: True, bids_manual: null}
  inputs: {portfolio: [{'Technology': 'Coal', 'Capacity (MW)': 60, 'Cost (€/MWh)': 92, 'Availability': 1}]}
  states: {bids: null, profit: 0}
- name: A2
  type: GenerationCompanyAgent
  parameters: {company_name: A2, automated_bids: True, bids_manual: null}
  inputs: {portfolio: [{'Technology': 'Hydro', 'Capacity (MW)': 70, 'Cost (€/MWh)': 78, 'Availability': 1}]}
  states: {bids: null, profit: 0}
- name: O1
  type: Operator_Market
  parameters: {results_dir: operator_results}
  inputs: {bids: {}}
  states: {market_clearing_price: , demand: , market_results_summary: }
connections:
- {from: CX.demand, to: O1.demand}
- {from: A1.bids, to: O1.bids}
- {from: A2.bids, to: O1.bids}
monitor: {file: out.csv, items: [O1.market_clearing_price, O1.demand]}
",
        how: Run,
        mends: &[],
    },
];
