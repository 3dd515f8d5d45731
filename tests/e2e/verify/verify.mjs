// Reads messages, one JSON object a line, and says how many hold and how many do not, by the official library.
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';

let right = 0, wrong = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  const body = Buffer.from(told.body, 'base64').toString('utf8');
  const holds = (secret) => {
    try {
      new Webhook(secret).verify(body, told);
      return true;
    } catch {
      return false;
    }
  };
  for (const [name, expected] of [['accept', true], ['refuse', false]]) {
    for (const secret of told[name]) holds(secret) === expected ? right++ : wrong++;
  }
}
console.log(`${right} ${wrong}`);
