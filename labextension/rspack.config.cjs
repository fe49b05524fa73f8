// Numbers of modules by their order: those made of their names hold the folder that they were built in.
module.exports = { optimization: { moduleIds: 'natural', chunkIds: 'natural' } };
