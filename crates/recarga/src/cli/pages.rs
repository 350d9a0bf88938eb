//! Shell completions and the manual page, made from the commands themselves.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, Exit, Failure};

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn print(self) -> Exit {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "recarga", &mut text);
        let _ = io::stdout().write_all(&text);
        Exit::Done
    }
}

/// Prints one page with every command on it.
pub(crate) fn print_manual() -> Result<Exit, Failure> {
    let mut root = Cli::command();
    root.build();
    let mut page = Vec::new();
    let manual = Man::new(root.clone());
    manual.render_title(&mut page)?;
    manual.render_name_section(&mut page)?;
    manual.render_synopsis_section(&mut page)?;
    manual.render_description_section(&mut page)?;
    manual.render_options_section(&mut page)?;
    writeln!(page, ".SH COMMANDS")?;
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        describe(command, "recarga", &mut page)?;
    }
    manual.render_extra_section(&mut page)?;
    manual.render_version_section(&mut page)?;
    let _ = io::stdout().write_all(&page);
    Ok(Exit::Done)
}

/// Describes a command with its own arguments, then those under it.
fn describe(command: &clap::Command, above: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let name = format!("{above} {}", command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    writeln!(page, ".SS \"{}\"\n{}", name.replace('-', "\\-"), escaped(&about))?;
    for argument in command
        .get_arguments()
        .filter(|argument| !argument.is_global_set() && !argument.is_hide_set())
    {
        if ["help", "version"].contains(&argument.get_id().as_str()) {
            continue;
        }
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        writeln!(
            page,
            ".TP\n\\fB{}\\fR\n{}",
            escaped(&argument.to_string()),
            escaped(&help)
        )?;
    }
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        describe(below, &name, page)?;
    }
    Ok(())
}

/// Writes text so that the formatter doesn't take it for its own requests.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}
