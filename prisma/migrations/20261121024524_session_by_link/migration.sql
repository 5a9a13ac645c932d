-- AlterTable
ALTER TABLE "session" ADD COLUMN     "byLink" BOOLEAN NOT NULL DEFAULT false;
