import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeMissingLibrary, findMissingLibrary } from '../../../src/protocol/missing-library.js';

/** What the whisper engine of SDK 0.16 left on stderr on a machine without libvulkan1, shortened in the middle. */
const RECORDED = `Uncaught AddonError: CANNOT_LOAD: Cannot load addon 'file:///app/node_modules/@qvac/transcription-whispercpp/prebuilds/linux-x64/qvac__transcription-whispercpp.bare'
    at new Addon (bare:/bare.js:2613:24)
    at Module._evaluate (bare:/bare.bundle/node_modules/bare-module/index.js:215:7) {
  [cause]: Error: libvulkan.so.1: cannot open shared object file: No such file or directory
        at new Addon (bare:/bare.js:2611:7),
  code: 'CANNOT_LOAD',
}`;

test('finds the library in what the engine really said', () => {
  assert.equal(findMissingLibrary(RECORDED), 'libvulkan.so.1');
});

test('finds it in the other words of the loaders', () => {
  for (const words of [
    'libstdc++.so.6: cannot open shared object file: No such file or directory',
    '/usr/lib/libstdc++.so.6: file too short',
    '/usr/lib/libstdc++.so.6: invalid ELF header',
    'Error loading shared library libstdc++.so.6: No such file or directory (needed by x.bare)',
  ]) {
    assert.equal(findMissingLibrary(words), 'libstdc++.so.6', words);
  }
});

test('sees none in another crash', () => {
  for (const stderr of [
    '',
    'GGML_ASSERT(src0->type == GGML_TYPE_F16) failed',
    "Cannot load addon 'libvulkan.so.1'",
  ]) {
    assert.equal(findMissingLibrary(stderr), undefined, stderr);
  }
});

test('says how to get it, as far as it is known', () => {
  assert.match(describeMissingLibrary('libvulkan.so.1'), /apt install libvulkan1.*dnf install vulkan-loader/);
  assert.match(describeMissingLibrary('libother.so.2'), /libother\.so\.2.*your system's package/);
});
