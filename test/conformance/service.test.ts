import { apiByRole, callerWith, openTestService } from '../support/test-service.ts';
import { startTestServer } from '../support/test-server.ts';
import { runServiceLaws } from './service-laws.ts';

runServiceLaws('in this process', async (limits) => {
  const opened = await openTestService(limits);
  return { ...opened, api: apiByRole((role) => opened.service.as(callerWith(role))) };
});

runServiceLaws('over HTTP', async (limits) => {
  const opened = await openTestService(limits);
  const server = await startTestServer(opened.service);
  return { ...opened, api: apiByRole((role) => server.api(role)) };
});
