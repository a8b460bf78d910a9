import Signal from 'bare-signals';

/**
 * Lets this process outlive a Ctrl+C, which a terminal sends to all processes of the gateway: the call that it runs may
 * finish, and the gateway ends it afterwards. Call it before the SDK's worker starts, which would end itself. SIGTERM
 * stays the SDK's: that is how its client ends this process.
 */
export function outliveInterrupt(): void {
  new Signal('SIGINT').start().unref(); // with this alone the system would not end it
  const { once } = Signal.Emitter.prototype;
  Signal.Emitter.prototype.once = function (name, listener) {
    return name === 'SIGINT' ? this : once.call(this, name, listener);
  };
}
