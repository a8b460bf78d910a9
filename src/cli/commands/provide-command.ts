import type { Command } from 'commander';

export function addProvideCommand(program: Command): void {
  program
    .command('provide')
    .description('Run the chat models of the config for other peers, over Hyperswarm, until Ctrl+C.')
    .option('-c, --config <path>', 'config file (default: qvac.config.* from this folder upward)')
    .option('--allow <key...>', 'public keys of the peers that may use them')
    .option('--allow-anyone', 'let every peer that knows the public key', false)
    .option(
      '--seed-file <path>',
      "the provider's identity, made if there is none (default: ~/.qvac/provider-seed)",
    )
    .addHelpText(
      'after',
      `
Examples:
  $ qvac provide --allow 5f0c…

A gateway that delegates a model logs the key to allow. Peers can load the chat
models of the config, with its settings, and ask them; nothing else on this
machine. Models with "preload": true are loaded before the first peer can
connect, and stay loaded. No gateway is needed.`,
    )
    .action(async (options) => {
      const { provide } = await import('../provide.js');
      process.exitCode = await provide(options);
    });
}
