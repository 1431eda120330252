//! `dcep-engine` for Python: whole batches in, bytes and tuples out. Nothing is decided here; what is long runs without
//! the interpreter's lock.

use std::sync::RwLock;

use dcep_engine::lanes::Window;
use dcep_engine::standing::Applied;
use dcep_engine::statute;
use dcep_messages::ids::{LedgerId, WalletId};
use dcep_messages::intake;
use dcep_messages::layout::Malformed;
use dcep_messages::outcomes::Outcome;
use dcep_messages::refusals::NotProcessed;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::crypto::exactly;

type Bytes<'py> = Bound<'py, PyBytes>;
/// count, ids, outcomes, root.
type AppliedParts<'py> = (usize, Bytes<'py>, Bytes<'py>, Bytes<'py>);
/// peer, sent, `sent_fen`, received, `received_fen`.
type FlowParts = (u16, u64, u128, u64, u128);
/// now, told, total, `vault_high`, `vault_used`, board, workers, rules, `clock_bound`, flows.
type StandingParts = (u64, u64, u128, u64, u64, u32, u32, u32, u64, Vec<FlowParts>);
/// wallets, vaults, `issuing_vault`, locked, suspense, alarms.
type SumsParts = (u128, u128, u128, u128, u128, u64);
/// (class, epoch, standing), (balance, locked, in flight, spent today, spent this year), (frozen to pay, frozen to
/// receive, closed), the window of the first lane.
type AccountParts = (
    (u8, u32, u32),
    (u64, u64, u64, u64, u64),
    (bool, bool, bool),
    WindowParts,
);
/// high, used, settled.
type WindowParts = (u64, u64, u64);

/// Say of each wire, in one byte, why it may not stand in a frame, 0 where it may; and return the body of those, and
/// whether one of them may bring another list of workers.
#[pyfunction]
pub fn read_wires<'py>(
    py: Python<'py>,
    network: &[u8],
    wires: Vec<Bytes<'py>>,
) -> PyResult<(Bytes<'py>, Bytes<'py>, bool)> {
    let network = exactly("network", network)?;
    let wires: Vec<&[u8]> = wires.iter().map(|wire| wire.as_bytes()).collect();
    let read = py.detach(|| intake::read_wires(&network, &wires));
    let verdicts = verdict_bytes(py, &read.verdicts);
    Ok((verdicts, PyBytes::new(py, &read.body), read.may_change_workers))
}

/// Say of each record of a frame's body, in one byte, why it must not be let in; 0 where everything holds.
#[pyfunction]
pub fn verify_records<'py>(py: Python<'py>, network: &[u8], body: &[u8], is_suspect: bool) -> PyResult<Bytes<'py>> {
    let network = exactly("network", network)?;
    let verdicts = py
        .detach(|| intake::verify_records(&network, body, is_suspect))
        .map_err(malformed)?;
    Ok(verdict_bytes(py, &verdicts))
}

fn verdict_bytes<'py>(py: Python<'py>, verdicts: &[Option<NotProcessed>]) -> Bytes<'py> {
    let numbers = verdicts
        .iter()
        .map(|verdict| verdict.map_or(0, |reason| reason.number() as u8));
    PyBytes::new(py, &numbers.collect::<Vec<u8>>())
}

/// One retail shard's state and law.
#[pyclass(frozen)]
pub struct Engine {
    engine: RwLock<statute::Engine>,
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (genesis, ledger, chunks=None))]
    fn new(py: Python<'_>, genesis: &[u8], ledger: u16, chunks: Option<Vec<Bytes<'_>>>) -> PyResult<Self> {
        let chunks: Option<Vec<&[u8]>> = chunks
            .as_ref()
            .map(|chunks| chunks.iter().map(|chunk| chunk.as_bytes()).collect());
        let made = py.detach(|| statute::Engine::new(genesis, LedgerId(ledger), chunks.as_deref()));
        Ok(Self {
            engine: RwLock::new(made.map_err(malformed)?),
        })
    }

    fn apply<'py>(
        &self,
        py: Python<'py>,
        worker: &[u8],
        time: u64,
        body: &[u8],
    ) -> PyResult<Option<AppliedParts<'py>>> {
        let worker = exactly("worker", worker)?;
        let applied = py.detach(|| {
            self.engine
                .write()
                .map(|mut engine| engine.apply(&worker, time, body))
                .map_err(|_| broken())
        })?;
        let parts = |applied: Applied| {
            let (ids, outcomes) = (PyBytes::new(py, &applied.ids), PyBytes::new(py, &applied.outcomes));
            (applied.count, ids, outcomes, PyBytes::new(py, &applied.root))
        };
        Ok(applied.map(parts))
    }

    /// Three bytes a record: status and reason of an answer, zeros where there is none yet.
    fn hear<'py>(&self, py: Python<'py>, body: &[u8]) -> PyResult<Bytes<'py>> {
        let answers = self.read(py, |engine| engine.hear(body))?.map_err(malformed)?;
        let bytes: Vec<[u8; 3]> = answers
            .iter()
            .map(|answer| answer.as_ref().map_or([0; 3], answer_bytes))
            .collect();
        Ok(PyBytes::new(py, bytes.as_flattened()))
    }

    fn standing(&self, py: Python<'_>) -> PyResult<StandingParts> {
        let it = self.read(py, statute::Engine::standing)?;
        let flows = it
            .flows
            .iter()
            .map(|flow| (flow.peer.0, flow.sent, flow.sent_fen, flow.received, flow.received_fen));
        let flows = flows.collect();
        Ok((
            it.now,
            it.told,
            it.total,
            it.vault_high,
            it.vault_used,
            it.board,
            it.workers,
            it.rules,
            it.clock_bound,
            flows,
        ))
    }

    fn sums(&self, py: Python<'_>) -> PyResult<SumsParts> {
        let sums = self.read(py, statute::Engine::sums)?;
        Ok((
            sums.wallets,
            sums.vaults,
            sums.issuing_vault,
            sums.locked,
            sums.suspense,
            sums.alarms,
        ))
    }

    fn account(&self, py: Python<'_>, wallet: u64) -> PyResult<Option<AccountParts>> {
        let view = self.read(py, |engine| engine.account(WalletId(wallet)))?;
        Ok(view.map(|it| {
            let versions = (it.wallet_class, it.epoch, it.standing);
            let money = [it.balance, it.locked, it.in_flight, it.spent_today, it.spent_this_year].map(|fen| fen.0);
            let bars = (it.frozen_to_pay, it.frozen_to_receive, it.closed);
            (versions, money.into(), bars, window_parts(it.window))
        }))
    }

    /// Sixteen bytes an account, in opening order: its wallet and its balance.
    fn balances<'py>(&self, py: Python<'py>) -> PyResult<Bytes<'py>> {
        let bytes = self.read(py, |engine| {
            let rows = engine
                .balances()
                .flat_map(|(wallet, fen)| [wallet.0.to_be_bytes(), fen.0.to_be_bytes()]);
            rows.flatten().collect::<Vec<u8>>()
        })?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn window(&self, py: Python<'_>, wallet: u64, lane: u16) -> PyResult<WindowParts> {
        let window = self.read(py, |engine| engine.window(WalletId(wallet), lane))?;
        Ok(window_parts(window))
    }

    fn outbound<'py>(&self, py: Python<'py>, peer: u16, n: u64) -> PyResult<Option<Bytes<'py>>> {
        let message = self.read(py, |engine| engine.outbound(LedgerId(peer), n).map(<[u8]>::to_vec))?;
        Ok(message.map(|message| PyBytes::new(py, &message)))
    }

    fn acked(&self, py: Python<'_>, peer: u16) -> PyResult<u64> {
        self.read(py, |engine| engine.acked(LedgerId(peer)))
    }

    fn is_worker(&self, py: Python<'_>, key: &[u8]) -> PyResult<bool> {
        let key = exactly("key", key)?;
        self.read(py, |engine| engine.is_worker(&key))
    }

    fn chunks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let chunks = self.read(py, statute::Engine::chunks)?;
        PyList::new(py, chunks.iter().map(|chunk| PyBytes::new(py, chunk)))
    }

    fn root<'py>(&self, py: Python<'py>) -> PyResult<Bytes<'py>> {
        Ok(PyBytes::new(py, &self.read(py, statute::Engine::root)?))
    }
}

impl Engine {
    /// Ask the engine without the interpreter's lock.
    fn read<T: Send>(&self, py: Python<'_>, ask: impl FnOnce(&statute::Engine) -> T + Send) -> PyResult<T> {
        py.detach(|| self.engine.read().map(|engine| ask(&engine)).map_err(|_| broken()))
    }
}

fn answer_bytes(answer: &Outcome) -> [u8; 3] {
    let [high, low] = answer.reason.to_be_bytes();
    [answer.status as u8, high, low]
}

fn window_parts(window: Window) -> WindowParts {
    (window.high, window.used, window.settled)
}

fn malformed(_: Malformed) -> PyErr {
    PyValueError::new_err("bytes that are not what they should be")
}

/// A panic has left the state half written: nothing may be asked of it any more.
fn broken() -> PyErr {
    PyRuntimeError::new_err("the engine has stopped in the middle of a frame")
}
