-- AlterTable
ALTER TABLE "installation" ADD COLUMN     "uid" UUID NOT NULL DEFAULT gen_random_uuid();

-- AlterTable
ALTER TABLE "log_section" DROP CONSTRAINT "log_section_pkey",
DROP COLUMN "attempt",
ADD CONSTRAINT "log_section_pkey" PRIMARY KEY ("executionId", "node", "section");

-- AlterTable
ALTER TABLE "log_chunk" DROP CONSTRAINT "log_chunk_pkey",
DROP COLUMN "attempt",
ADD CONSTRAINT "log_chunk_pkey" PRIMARY KEY ("executionId", "node", "section", "firstLine");
