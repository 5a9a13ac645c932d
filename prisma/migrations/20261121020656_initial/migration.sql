-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "installation" (
    "id" TEXT NOT NULL,
    "keyCheck" JSONB NOT NULL,
    "bootstrappedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organization" (
    "identifier" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "organization_pkey" PRIMARY KEY ("identifier")
);

-- CreateTable
CREATE TABLE "project" (
    "org" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "project_pkey" PRIMARY KEY ("org","identifier")
);

-- CreateTable
CREATE TABLE "entity" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "parent" TEXT NOT NULL DEFAULT '',
    "identifier" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "type" TEXT NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "yaml" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "connectivity" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" JSONB NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedBy" JSONB NOT NULL,

    CONSTRAINT "entity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entity_reference" (
    "id" UUID NOT NULL,
    "fromId" UUID NOT NULL,
    "targetKind" TEXT NOT NULL,
    "targetScopeKey" TEXT NOT NULL,
    "targetParent" TEXT NOT NULL DEFAULT '',
    "targetIdentifier" TEXT NOT NULL,

    CONSTRAINT "entity_reference_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "secret_value" (
    "entityId" UUID NOT NULL,
    "sealed" JSONB NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "secret_value_pkey" PRIMARY KEY ("entityId")
);

-- CreateTable
CREATE TABLE "file" (
    "scopeKey" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "size" INTEGER NOT NULL,
    "contentType" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedBy" JSONB NOT NULL,

    CONSTRAINT "file_pkey" PRIMARY KEY ("scopeKey","path")
);

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "passwordHash" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_link" (
    "tokenHash" TEXT NOT NULL,
    "userId" UUID NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3),

    CONSTRAINT "sign_in_link_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateTable
CREATE TABLE "session" (
    "tokenHash" TEXT NOT NULL,
    "userId" UUID NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "secretHash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" JSONB NOT NULL,
    "expiresAt" TIMESTAMP(3),
    "lastUsedAt" TIMESTAMP(3),
    "revokedAt" TIMESTAMP(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_assignment" (
    "principalType" TEXT NOT NULL,
    "principalId" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "scopeKey" TEXT NOT NULL,

    CONSTRAINT "role_assignment_pkey" PRIMARY KEY ("principalType","principalId","role","scopeKey")
);

-- CreateTable
CREATE TABLE "sign_in_attempt" (
    "key" TEXT NOT NULL,
    "windowStart" TIMESTAMP(3) NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "sign_in_attempt_pkey" PRIMARY KEY ("key","windowStart")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" UUID NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" JSONB NOT NULL,
    "action" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "name" TEXT,
    "scopeKey" TEXT NOT NULL,
    "requestId" TEXT,
    "before" TEXT,
    "after" TEXT,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "key" TEXT NOT NULL,
    "actorId" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "requestHash" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "body" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("key","actorId","operation")
);

-- CreateTable
CREATE TABLE "pipeline_counter" (
    "scopeKey" TEXT NOT NULL,
    "pipeline" TEXT NOT NULL,
    "lastSequence" INTEGER NOT NULL,

    CONSTRAINT "pipeline_counter_pkey" PRIMARY KEY ("scopeKey","pipeline")
);

-- CreateTable
CREATE TABLE "execution" (
    "id" UUID NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "pipeline" TEXT NOT NULL,
    "pipelineName" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "headline" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "graph" JSONB NOT NULL,
    "state" JSONB NOT NULL,
    "yaml" TEXT NOT NULL,
    "services" TEXT[],
    "environments" TEXT[],
    "trigger" JSONB NOT NULL,
    "failure" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMP(3),
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "execution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_event" (
    "executionId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "event" JSONB NOT NULL,

    CONSTRAINT "execution_event_pkey" PRIMARY KEY ("executionId","seq")
);

-- CreateTable
CREATE TABLE "task" (
    "id" UUID NOT NULL,
    "executionId" UUID,
    "node" TEXT,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "repeatable" BOOLEAN NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "selectors" TEXT[],
    "preferKey" TEXT,
    "status" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "instanceId" TEXT,
    "leaseUntil" TIMESTAMP(3),
    "deadlineAt" TIMESTAMP(3),
    "cancelReason" TEXT,
    "progress" JSONB,
    "progressSeq" INTEGER NOT NULL DEFAULT 0,
    "outcome" JSONB,
    "ineligible" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "offeredAt" TIMESTAMP(3),
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_section" (
    "executionId" UUID NOT NULL,
    "node" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "section" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "endedAt" TIMESTAMP(3),
    "lines" INTEGER NOT NULL DEFAULT 0,
    "bytes" INTEGER NOT NULL DEFAULT 0,
    "truncated" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "log_section_pkey" PRIMARY KEY ("executionId","node","attempt","section")
);

-- CreateTable
CREATE TABLE "log_chunk" (
    "executionId" UUID NOT NULL,
    "node" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "section" TEXT NOT NULL,
    "firstLine" INTEGER NOT NULL,
    "lines" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "log_chunk_pkey" PRIMARY KEY ("executionId","node","attempt","section","firstLine")
);

-- CreateTable
CREATE TABLE "task_log_position" (
    "taskId" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "storedSeq" INTEGER NOT NULL,

    CONSTRAINT "task_log_position_pkey" PRIMARY KEY ("taskId","attempt")
);

-- CreateTable
CREATE TABLE "deployment_turn" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "executionId" UUID NOT NULL,
    "node" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "grantedAt" TIMESTAMP(3),

    CONSTRAINT "deployment_turn_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "release" (
    "scopeKey" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "infrastructure" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "inventory" JSONB NOT NULL,
    "images" TEXT[],
    "executionId" UUID NOT NULL,
    "node" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "release_pkey" PRIMARY KEY ("scopeKey","service","environment","infrastructure","name","number")
);

-- CreateTable
CREATE TABLE "release_claim" (
    "clusterKey" TEXT NOT NULL,
    "releaseName" TEXT NOT NULL,
    "ownerKey" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "release_claim_pkey" PRIMARY KEY ("clusterKey","releaseName")
);

-- CreateTable
CREATE TABLE "delegate_token" (
    "id" UUID NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" JSONB NOT NULL,
    "revokedAt" TIMESTAMP(3),
    "lastUsedAt" TIMESTAMP(3),

    CONSTRAINT "delegate_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delegate" (
    "id" UUID NOT NULL,
    "scopeKey" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tags" TEXT[],
    "description" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "delegate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delegate_instance" (
    "id" UUID NOT NULL,
    "delegateId" UUID NOT NULL,
    "instanceId" TEXT NOT NULL,
    "bootId" TEXT NOT NULL,
    "tokenId" UUID NOT NULL,
    "hostname" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "protocolVersion" TEXT NOT NULL,
    "capabilities" TEXT[],
    "capacity" INTEGER NOT NULL,
    "gatewayId" TEXT,
    "connected" BOOLEAN NOT NULL,
    "draining" BOOLEAN NOT NULL DEFAULT false,
    "incompatible" TEXT,
    "connectedAt" TIMESTAMP(3),
    "lastHeartbeatAt" TIMESTAMP(3),

    CONSTRAINT "delegate_instance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delegate_preference" (
    "preferKey" TEXT NOT NULL,
    "delegateId" UUID NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "delegate_preference_pkey" PRIMARY KEY ("preferKey")
);

-- CreateIndex
CREATE INDEX "entity_kind_scopeKey_updatedAt_idx" ON "entity"("kind", "scopeKey", "updatedAt");

-- CreateIndex
CREATE UNIQUE INDEX "entity_kind_scopeKey_parent_identifier_key" ON "entity"("kind", "scopeKey", "parent", "identifier");

-- CreateIndex
CREATE INDEX "entity_reference_targetKind_targetScopeKey_targetParent_tar_idx" ON "entity_reference"("targetKind", "targetScopeKey", "targetParent", "targetIdentifier");

-- CreateIndex
CREATE UNIQUE INDEX "entity_reference_fromId_targetKind_targetScopeKey_targetPar_key" ON "entity_reference"("fromId", "targetKind", "targetScopeKey", "targetParent", "targetIdentifier");

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE INDEX "session_userId_idx" ON "session"("userId");

-- CreateIndex
CREATE INDEX "api_key_scopeKey_idx" ON "api_key"("scopeKey");

-- CreateIndex
CREATE INDEX "audit_event_scopeKey_id_idx" ON "audit_event"("scopeKey", "id");

-- CreateIndex
CREATE INDEX "audit_event_kind_identifier_idx" ON "audit_event"("kind", "identifier");

-- CreateIndex
CREATE INDEX "idempotency_key_createdAt_idx" ON "idempotency_key"("createdAt");

-- CreateIndex
CREATE INDEX "execution_scopeKey_createdAt_idx" ON "execution"("scopeKey", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "execution_status_idx" ON "execution"("status");

-- CreateIndex
CREATE UNIQUE INDEX "execution_scopeKey_pipeline_sequence_key" ON "execution"("scopeKey", "pipeline", "sequence");

-- CreateIndex
CREATE INDEX "task_status_idx" ON "task"("status");

-- CreateIndex
CREATE INDEX "task_executionId_idx" ON "task"("executionId");

-- CreateIndex
CREATE INDEX "task_instanceId_status_idx" ON "task"("instanceId", "status");

-- CreateIndex
CREATE INDEX "deployment_turn_key_id_idx" ON "deployment_turn"("key", "id");

-- CreateIndex
CREATE UNIQUE INDEX "deployment_turn_executionId_node_key" ON "deployment_turn"("executionId", "node");

-- CreateIndex
CREATE INDEX "release_scopeKey_service_createdAt_idx" ON "release"("scopeKey", "service", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "delegate_token_hash_key" ON "delegate_token"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "delegate_token_scopeKey_name_key" ON "delegate_token"("scopeKey", "name");

-- CreateIndex
CREATE UNIQUE INDEX "delegate_scopeKey_name_key" ON "delegate"("scopeKey", "name");

-- CreateIndex
CREATE UNIQUE INDEX "delegate_instance_delegateId_instanceId_key" ON "delegate_instance"("delegateId", "instanceId");

-- AddForeignKey
ALTER TABLE "project" ADD CONSTRAINT "project_org_fkey" FOREIGN KEY ("org") REFERENCES "organization"("identifier") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entity_reference" ADD CONSTRAINT "entity_reference_fromId_fkey" FOREIGN KEY ("fromId") REFERENCES "entity"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "secret_value" ADD CONSTRAINT "secret_value_entityId_fkey" FOREIGN KEY ("entityId") REFERENCES "entity"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_event" ADD CONSTRAINT "execution_event_executionId_fkey" FOREIGN KEY ("executionId") REFERENCES "execution"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_executionId_fkey" FOREIGN KEY ("executionId") REFERENCES "execution"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delegate_instance" ADD CONSTRAINT "delegate_instance_delegateId_fkey" FOREIGN KEY ("delegateId") REFERENCES "delegate"("id") ON DELETE CASCADE ON UPDATE CASCADE;
