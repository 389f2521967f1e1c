// Runs in a process of its own, so that a download that hangs can be ended: lets the SDK download
// the Temporal CLI into a folder. The SDK does that only on the way to starting it.
// Arguments: the folder, the CLI's version with its leading v.
import { TestWorkflowEnvironment } from '@temporalio/testing';

async function main(): Promise<void> {
  const [downloadDir, version] = process.argv.slice(2);
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir, version } },
  });
  await environment.teardown();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
