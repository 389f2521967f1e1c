/** `npm run docs`: writes the pages that are made from the code. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generatedPages } from './generated';

async function main(): Promise<void> {
  for (const { file, text } of await generatedPages()) {
    await writeFile(path.join(__dirname, file), text);
    console.log(`docs/${file}`);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
