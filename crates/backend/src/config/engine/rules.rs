//! Call rules: `mod_cti` reads them when it is loaded. A switch without it has nothing to load.

use esl::{Command, Module};

use super::attempt::{Attempt, Stop};

pub(super) async fn load(attempt: &mut Attempt) -> Result<(), Stop> {
    let has_module = attempt.ask(Command::ModuleExists(Module::Cti)).await?;
    if has_module.yes() {
        attempt.ask(Command::ReloadModule(Module::Cti)).await?;
    }
    Ok(())
}
