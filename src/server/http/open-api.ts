import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { API } from '../../api/route.ts'

const ABOUT = `Control room for MCP servers. Times are ISO 8601 in UTC; durations carry their unit in the name.
Failures are RFC 9457 problems with a stable \`code\`. Bodies are JSON of at most 1 MiB (import: 4 MiB); a key that
stands twice in one object is refused. Lists take \`limit\` and \`cursor\`. Live events come over the WebSocket at \`/ws\`.`

/**
 * The OpenAPI document of every route, from the schemas that requests and answers are checked with, and its rendering,
 * all served from here. Swagger UI works within the policy of every other page: no exception is made for it.
 */
export async function documentRoutes(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Omni2', version, description: ABOUT },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token' },
          session: { type: 'apiKey', in: 'cookie', name: 'omni2_session', description: 'Set by POST /api/v1/session' },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    theme: { title: 'Omni2 API', css: [{ filename: 'omni2.css', content: '.swagger-ui .topbar { display: none }' }] },
    // In the bar that is not shown.
    logo: { type: 'image/svg+xml', content: '' },
    uiConfig: { url: `${API}/openapi.json`, validatorUrl: null, persistAuthorization: false },
  })
  app.get(`${API}/openapi.json`, { config: { access: 'viewer' }, schema: { hide: true } }, () => app.swagger())
}
