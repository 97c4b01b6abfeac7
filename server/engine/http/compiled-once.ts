import AjvCompiler from '@fastify/ajv-compiler'
import SerializerSelector from '@fastify/fast-json-stringify-compiler'

const buildSerializer = SerializerSelector()
type Serializer = ReturnType<ReturnType<typeof buildSerializer>>
const serializers = new WeakMap<object, Serializer>()

/** How routes turn their schemas into code: each schema once in a process, however many servers are made of the same routes
 *  (a test makes one for each story, and compiling was the third part of that). No schema may be added to an app by its id:
 *  what is compiled would then depend on the app. */
export const compiledOnce: { buildValidator: ReturnType<typeof AjvCompiler>; buildSerializer: typeof buildSerializer } =
  {
    // Its pool gives the same Ajv for the same options, and Ajv knows by the object what it compiled.
    buildValidator: AjvCompiler(),
    buildSerializer: (externalSchemas, options) => {
      const compile = buildSerializer(externalSchemas, options)
      return (route) => {
        const { schema } = route
        if (typeof schema !== 'object' || schema === null) return compile(route)
        const known = serializers.get(schema)
        if (known !== undefined) return known
        const made = compile(route)
        serializers.set(schema, made)
        return made
      }
    },
  }
