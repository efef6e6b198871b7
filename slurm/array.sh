#!/usr/bin/env bash
# A study as a job array: many small jobs, which run as places become free, each a share of the
# tasks. A last job merges them. From the folder of rnnchaos, where script/build was run:
#   sbatch --dependency=afterok:$(sbatch --parsable slurm/array.sh STUDY.yaml DIR) slurm/merge.sh DIR
# Options of rnnchaos run may follow DIR. Before its time limit each job stops, keeps what is
# finished, and queues itself again. The same line also goes on after scancel or a failure; jobs
# whose share is finished end at once. docs/cluster.md tells more.

# Edit; "##SBATCH" is a comment, "#SBATCH" counts. The array must be 1-N, or 1-N%M: at most M at once.
##SBATCH --account=my_project
##SBATCH --partition=my_partition
#SBATCH --time=04:00:00
#SBATCH --array=1-20
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=500M

#SBATCH --job-name=rnnchaos-array
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --signal=B:USR1@60
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=rnnchaos-%A_%a.log

# Edit: the modules that rnnchaos was built with, as in
# module load hdf5 openblas

study=${1:?usage: sbatch slurm/array.sh STUDY.yaml DIR [OPTION]...}
folder=${2:?usage: sbatch slurm/array.sh STUDY.yaml DIR [OPTION]...}
here=${RNNCHAOS:-$SLURM_SUBMIT_DIR}
shard=$SLURM_ARRAY_TASK_ID n_shards=$SLURM_ARRAY_TASK_COUNT
if [ "$SLURM_ARRAY_TASK_MIN-$SLURM_ARRAY_TASK_MAX" != "1-$n_shards" ]; then
    echo "array.sh: the array must be 1-N, such as 1-20; this one has $n_shards jobs from" \
        "$SLURM_ARRAY_TASK_MIN to $SLURM_ARRAY_TASK_MAX" >&2
    exit 2
fi
exec "$here/slurm/until-done" "$folder/journal.$shard-of-$n_shards" \
    "$here/build/rnnchaos" run "$study" -o "$folder" --resume --threads "$SLURM_CPUS_PER_TASK" \
    --shard "$shard/$n_shards" "${@:3}"
