/**
 * What a process has in place of the packages that it leaves out: everything that the SDK imports of them by name. Which
 * they are says `leave-out.ts`.
 */
function absent(): never {
  throw new Error('this part of the SDK is left out of the process; see workers/bare/leave-out.ts');
}

export default absent; // corestore, hyperdrive, hyperswarm
export {
  absent as detectOne,
  absent as getLangName,
  absent as HyperDBAdapter,
  absent as LLMChunkAdapter,
  absent as QVACRegistryClient,
  absent as RAG,
};
